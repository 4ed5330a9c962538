package import RoostAPI
package import RoostCore

/// The result of `roost models convert`.
package struct ConversionResult: Sendable, Codable, Hashable {
    /// The model's name: `org/name:RECIPE`.
    package var model: String
    /// The absolute path of the model file.
    package var path: String
    /// Its size in bytes.
    package var sizeBytes: Int64
    /// Whether the model already existed, made from the same commit with the same recipe.
    package var wasMadeBefore: Bool
    /// The origin of the model.
    package var receipt: ConversionReceipt

    private enum CodingKeys: String, CodingKey {
        case model, path, receipt
        case sizeBytes = "size_bytes"
        case wasMadeBefore = "made_before"
    }
}

/// The progress of the conversion of local files.
package enum ConversionProgress: Sendable, Hashable {
    /// The source weights are being hashed, so that no model is made from damaged ones.
    case verifying(VerifyProgress)
    /// The model is being written: the stage (`converting` or `quantizing`) and the share that is written, 0.0 … 1.0.
    case writing(PullStage, Double)
}
