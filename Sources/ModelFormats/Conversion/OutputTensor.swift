/// A tensor of the GGUF file.
public struct OutputTensor: Sendable {
    /// The name in the GGUF file.
    public let name: String
    /// The dimensions in ggml's order: the row length first.
    public let dimensions: [Int]
    let source: TensorSource

    /// Whether the tensor is always written as F32: vectors, norms, biases, and others for which llama.cpp requires it.
    public var isAlwaysF32: Bool {
        dimensions.count == 1 || !name.hasSuffix(".weight") || name.hasSuffix("_norm.weight") || name.hasSuffix(".ffn_gate_inp.weight")
            || ["position_embd.weight", "token_types.weight"].contains(name)
    }

    /// Returns the type of the tensor in a conversion to `type`: F32 for some tensors, F16 if the rows are not a whole
    /// number of blocks.
    ///
    /// - Parameter type: The requested type.
    /// - Returns: The type to write.
    public func plainType(_ type: TensorType) -> TensorType {
        if isAlwaysF32 { return .f32 }
        return type.byteCount(ofRow: dimensions[0]) == nil ? .f16 : type
    }
}
