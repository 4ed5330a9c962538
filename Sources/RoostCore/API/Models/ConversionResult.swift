/// The result of `roost models convert`.
public struct ConversionResult: Sendable, Codable, Hashable {
    /// The model's name: `org/name:RECIPE`.
    public var model: String
    /// The absolute path of the model file.
    public var path: String
    /// Its size in bytes.
    public var sizeBytes: Int64
    /// Whether the model already existed, made from the same commit with the same recipe.
    public var wasMadeBefore: Bool
    /// The origin of the model.
    public var receipt: ConversionReceipt

    /// Creates a result.
    public init(model: String, path: String, wasMadeBefore: Bool, receipt: ConversionReceipt) {
        self.model = model
        self.path = path
        self.sizeBytes = receipt.model.size
        self.wasMadeBefore = wasMadeBefore
        self.receipt = receipt
    }

    private enum CodingKeys: String, CodingKey {
        case model, path, receipt
        case sizeBytes = "size_bytes"
        case wasMadeBefore = "made_before"
    }
}
