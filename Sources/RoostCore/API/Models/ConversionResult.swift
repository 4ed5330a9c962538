/// What `roost models convert` has come to.
public struct ConversionResult: Sendable, Codable, Hashable {
    /// What the model is called: `org/name:RECIPE`.
    public var model: String
    /// Its file, absolute.
    public var path: String
    /// Its size in bytes.
    public var sizeBytes: Int64
    /// Whether it was there already, made of the same commit by the same recipe.
    public var wasMadeBefore: Bool
    /// How it was made.
    public var receipt: ConversionReceipt

    /// Makes a result.
    ///
    /// - Parameters:
    ///   - model: What the model is called.
    ///   - path: Its file.
    ///   - wasMadeBefore: Whether it was there already.
    ///   - receipt: How it was made.
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
