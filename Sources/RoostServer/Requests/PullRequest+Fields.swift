import RoostCore

extension PullRequest {
    /// Checks the fields of a body.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that names the field and what is allowed.
    init(fields: RequestFields) throws {
        self.init(
            model: try ModelReference(parsing: try fields.string("model", maxBytes: 256)).description,
            quantize: try fields.choice("quantize", default: .auto),
            initialize: try fields.bool("init", default: false))
    }
}
