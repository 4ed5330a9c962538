/// What on the disk somebody means: a repository, one of its models, one of its revisions: `org/name[:QUANT][@revision]`.
public struct ModelSelector: Sendable, Hashable, CustomStringConvertible {
    /// The repository.
    public let repository: RepositoryID
    /// Only this model; `nil` means all files.
    public let variant: VariantName?
    /// Only this branch, tag or commit; `nil` means all that are here.
    public let revision: String?

    /// Makes a selector from its parts.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - variant: Only this model.
    ///   - revision: Only this branch, tag or commit.
    public init(repository: RepositoryID, variant: VariantName? = nil, revision: String? = nil) {
        self.repository = repository
        self.variant = variant
        self.revision = revision
    }

    /// Parses `org/name`, `org/name:QUANT`, either with `@revision`, or the address of a page of the model's on the Hub.
    ///
    /// - Parameter text: What somebody typed or sent; hostile until parsed.
    /// - Throws: `RoostError` with code `invalidRequest`; the field is `model` or `revision`.
    public init(parsing text: String) throws {
        if let address = try ModelAddress(parsing: text) {
            try self.init(address.model, revision: address.revision)
            return
        }
        // The last one: no revision holds any, and a file's name may.
        guard let mark = text.utf8.lastIndex(of: UInt8(ascii: "@")) else {
            try self.init(ModelReference(parsing: text), revision: nil)
            return
        }
        try self.init(ModelReference(parsing: String(text[..<mark])), revision: String(text[text.index(after: mark)...]))
    }

    /// Adds a revision to a reference.
    ///
    /// - Parameters:
    ///   - model: The repository and perhaps one of its models.
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

    /// As it is parsed.
    public var description: String { model.description + (revision.map { "@\($0)" } ?? "") }
}
