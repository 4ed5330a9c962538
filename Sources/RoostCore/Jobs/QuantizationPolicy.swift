/// The wanted quantisation of a pull: the documented values of the `quantize` column.
public enum QuantizationPolicy: String, Sendable, Codable, CaseIterable {
    /// Roost's choice: Q4_K_M or the nearest, where the repository has GGUF files.
    case auto
    /// About four bits a weight.
    case q4
    /// Sixteen-bit floating point.
    case fp16
    /// The source as it is, at the highest available precision.
    case no
    /// Four bits in the simplest block format.
    case q4_0
    /// About five bits a weight.
    case q5
    /// About six bits a weight.
    case q6
    /// About eight bits a weight.
    case q8
    /// Sixteen-bit floating point with the exponent range of 32 bits.
    case bf16
}
