/// What the caller of a pull wants done about quantisation: the documented values of the `quantize` column.
public enum QuantizationPolicy: String, Sendable, Codable, CaseIterable {
    /// Roost chooses: Q4_K_M, or the nearest the repository offers.
    case auto
    /// About four bits a weight.
    case q4
    /// Sixteen-bit floating point.
    case fp16
    /// The source as it is, at the highest precision there is.
    case no
}
