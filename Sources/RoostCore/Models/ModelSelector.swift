/// A selection of local files: a repository, one of its models, or one of its revisions: `org/name[:QUANT][@revision]`.
public struct ModelSelector: Sendable, Hashable, CustomStringConvertible {
    /// The repository.
    public let repository: RepositoryID
    /// The only model selected; `nil` for all files.
    public let variant: VariantName?
    /// The only branch, tag or commit selected; `nil` for all on this machine.
    public let revision: String?

    /// Creates a selector from its parts.
    public init(repository: RepositoryID, variant: VariantName? = nil, revision: String? = nil) {
        self.repository = repository
        self.variant = variant
        self.revision = revision
    }

    /// Parses `org/name`, `org/name:QUANT`, either with `@revision`, or the URL of one of the model's pages on the Hub.
    ///
    /// - Parameter text: The user's text; untrusted.
    /// - Throws: `RoostError` with code `invalidRequest`; the field is `model` or `revision`.
    public init(parsing text: String) throws {
        if let address = try ModelAddress(parsing: text) {
            try self.init(address.model, revision: address.revision)
            return
        }
        // The last `@`: a revision contains none, a file's name may.
        guard let mark = text.utf8.lastIndex(of: UInt8(ascii: "@")) else {
            try self.init(ModelReference(parsing: text), revision: nil)
            return
        }
        try self.init(ModelReference(parsing: String(text[..<mark])), revision: String(text[text.index(after: mark)...]))
    }

    /// Adds a revision to a reference.
    ///
    /// - Parameters:
    ///   - model: The repository and optionally one of its models.
    ///   - revision: A branch, tag or commit, unchecked.
    /// - Throws: `RoostError` with code `invalidRequest` and field `revision`.
    public init(_ model: ModelReference, revision: String?) throws {
        if let revision, (try? RepositoryFilePath(parsing: revision)) == nil {
            throw RoostError(.invalidRequest, "`revision` must be a branch, tag or commit; got \(revision.quotedForPeople).", field: "revision")
        }
        self.init(repository: model.repository, variant: model.variant, revision: revision)
    }

    /// The repository and the model, without the revision.
    public var model: ModelReference { ModelReference(repository: repository, variant: variant) }

    /// The text form, which can be parsed again.
    public var description: String { model.description + (revision.map { "@\($0)" } ?? "") }
}
