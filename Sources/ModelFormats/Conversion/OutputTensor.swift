/// A tensor that the GGUF file will have.
public struct OutputTensor: Sendable {
    /// Its name in the GGUF file.
    public let name: String
    /// ggml's order: the row's length first.
    public let dimensions: [Int]
    let source: TensorSource

    /// Whether it is written in F32 whatever the model is written in: vectors, norms, biases and what llama.cpp wants so.
    public var isAlwaysF32: Bool {
        dimensions.count == 1 || !name.hasSuffix(".weight") || name.hasSuffix("_norm.weight") || name.hasSuffix(".ffn_gate_inp.weight")
            || ["position_embd.weight", "token_types.weight"].contains(name)
    }

    /// The type it has when nothing but `type` is wanted: F32 for some tensors, F16 where rows are no whole number of blocks.
    ///
    /// - Parameter type: What is wanted.
    /// - Returns: What it gets.
    public func plainType(_ type: TensorType) -> TensorType {
        if isAlwaysF32 { return .f32 }
        return type.byteCount(ofRow: dimensions[0]) == nil ? .f16 : type
    }
}
