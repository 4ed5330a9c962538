/// What on the disk somebody means: a repository, one of its quantisations, one of its revisions: `org/name[:QUANT][@revision]`.
public struct ModelSelector: Sendable, Hashable, CustomStringConvertible {
    /// The repository.
    public let repository: RepositoryID
    /// Only this quantisation; `nil` means all files.
    public let quantization: QuantizationTag?
    /// Only this branch, tag or commit; `nil` means all that are here.
    public let revision: String?

    /// Makes a selector from its parts.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - quantization: Only this quantisation.
    ///   - revision: Only this branch, tag or commit.
    public init(repository: RepositoryID, quantization: QuantizationTag? = nil, revision: String? = nil) {
        self.repository = repository
        self.quantization = quantization
        self.revision = revision
    }

    /// Parses `org/name`, `org/name:QUANT`, `org/name@revision` or `org/name:QUANT@revision`.
    ///
    /// - Parameter text: What somebody typed or sent; hostile until parsed.
    /// - Throws: `RoostError` with code `invalidRequest`; the field is `model` or `revision`.
    public init(parsing text: String) throws {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let model = try ModelReference(parsing: parts[0])
        try self.init(model, revision: parts.count == 2 ? parts[1] : nil)
    }

    /// Adds a revision to a reference.
    ///
    /// - Parameters:
    ///   - model: The repository and perhaps a quantisation.
    ///   - revision: A branch, tag or commit, unchecked.
    /// - Throws: `RoostError` with code `invalidRequest` and field `revision`.
    public init(_ model: ModelReference, revision: String?) throws {
        if let revision, (try? RepositoryFilePath(parsing: revision)) == nil {
            throw RoostError(.invalidRequest, "`revision` must be a branch, tag or commit; got \(revision.quotedForPeople).", field: "revision")
        }
        self.init(repository: model.repository, quantization: model.quantization, revision: revision)
    }

    /// The repository and the quantisation, without the revision.
    public var model: ModelReference { ModelReference(repository: repository, quantization: quantization) }

    /// As it is parsed.
    public var description: String { model.description + (revision.map { "@\($0)" } ?? "") }
}
