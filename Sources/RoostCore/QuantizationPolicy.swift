/// What the caller of a pull wants done about quantisation: the documented values of the `quantize` column.
public enum QuantizationPolicy: String, Sendable, Codable, CaseIterable {
    /// Roost chooses: Q4_K_M or the nearest, where the repository offers GGUF files.
    case auto
    /// About four bits a weight.
    case q4
    /// Sixteen-bit floating point.
    case fp16
    /// The source as it is, at the highest precision there is.
    case no
    /// Four bits in the simplest blocks.
    case q4_0
    /// About five bits a weight.
    case q5
    /// About six bits a weight.
    case q6
    /// About eight bits a weight.
    case q8
    /// Sixteen bits with the range of 32.
    case bf16
}
