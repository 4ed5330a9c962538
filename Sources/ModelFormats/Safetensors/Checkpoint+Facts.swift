import Foundation

extension Checkpoint {
    /// The type that most of the model's numbers have; writing it loses nothing.
    public var mainType: TensorType {
        let matrix = tensors.first { $0.tensor.shape.count >= 2 && $0.tensor.type.isConvertible }
        return [.bf16: .bf16, .f16: .f16][matrix?.tensor.type ?? .f32] ?? .f32
    }

    /// The number of elements in all tensors. The sum cannot overflow, because all elements are in the files.
    public var parameterCount: Int64 { tensors.reduce(0) { $0 + $1.tensor.shape.reduce(Int64(1)) { $0 * Int64($1) } } }
}
