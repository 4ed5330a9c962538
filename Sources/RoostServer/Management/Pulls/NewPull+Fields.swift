import RoostCore

extension NewPull {
    /// Parses the fields of a body. The caller checks `callback_url`.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(fields: RequestFields) throws {
        let pasted = try Self.model(try fields.string("model", maxBytes: ModelReference.byteLimit))
        self.init(
            model: pasted.model, quantize: try fields.choice("quantize", default: .auto), initialize: try fields.bool("init", default: false))
        revision = try (fields.optionalString("revision", bytes: 1...256) ?? pasted.revision).map(Self.checkedRevision)
        userID = try fields.optionalString("user_id", bytes: 1...128)
        workspaceID = try fields.optionalString("workspace_id", bytes: 1...128)
        tags = try fields.optionalStrings("tags", count: 1...16, bytes: 1...64) ?? []
        priority = try fields.optionalInt("priority", in: Job.priorities) ?? priority
        maxRetries = try fields.optionalInt("max_retries", in: 0...100) ?? maxRetries
        runAfter = try fields.optionalTime("run_after")
        callbackURL = try fields.optionalString("callback_url", bytes: 1...2048)
        allowPatterns = try fields.optionalStrings("allow_patterns", count: FilePatterns.counts, bytes: FilePatterns.lengths)
        ignorePatterns = try fields.optionalStrings("ignore_patterns", count: FilePatterns.counts, bytes: FilePatterns.lengths)
        if try !fields.bool("projector", default: true) { ignorePatterns = (ignorePatterns ?? []) + [FilePatterns.projectors] }
        maxBytesPerSecond = try fields.optionalRate("max_bytes_per_second")
    }

    /// Parses a model's name, or the URL of its page with the revision in it.
    private static func model(_ text: String) throws -> (model: ModelReference, revision: String?) {
        if let address = try ModelAddress(parsing: text) { return (address.model, address.revision) }
        return (try ModelReference(parsing: text), nil)
    }

    /// Checks a revision, which becomes a part of URLs and a path below the cache's `refs`: a subset of the rules of
    /// `git check-ref-format`.
    private static func checkedRevision(_ name: String) throws -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "/"): true
            default: false
            }
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard isPlain, !name.contains(".."), parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") }) else {
            throw RoostError(
                .invalidRequest,
                "`revision` must be a branch, a tag or a commit: letters, digits, `.`, `_`, `-` and `/`, no `..`, no part that is empty or begins with a dot; got \(name.quotedForPeople).",
                field: "revision")
        }
        return name
    }
}
