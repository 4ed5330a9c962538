import Foundation

/// The name of a model: a repository and optionally one of its models: `org/name`, `org/name:Q4_K_M` or
/// `org/name:folder/file`. For clients that refuse colons, `org/name--Q4_K_M` is read as `org/name:Q4_K_M`: the Hub
/// allows no `--` in names.
public struct ModelReference: Sendable, Hashable, CustomStringConvertible {
    /// The repository on the Hub.
    public let repository: RepositoryID
    /// One of its models; `nil` when none is named.
    public let variant: VariantName?

    /// The most bytes that a reference may have: a repository, a path, and the URL of a page around them.
    public static let byteLimit = 2048

    /// The quantisation, when the variant names nothing else.
    public var quantization: QuantizationTag? { variant?.quantization }

    /// Creates a reference from its parts.
    public init(repository: RepositoryID, variant: VariantName? = nil) {
        self.repository = repository
        self.variant = variant
    }

    /// Creates a reference to a quantisation.
    public init(repository: RepositoryID, quantization: QuantizationTag?) {
        self.init(repository: repository, variant: quantization.map(VariantName.init))
    }

    /// Parses `org/name`, `org/name:QUANT`, `org/name:FILE`, or the URL of a model's page on the Hub without a revision
    /// or with `main`. `:latest`, Ollama's word, selects no particular model.
    ///
    /// - Parameter text: The user's text; untrusted.
    /// - Throws: `RoostError` with code `invalidRequest` and field `model`.
    public init(parsing text: String) throws {
        if let address = try ModelAddress(parsing: text) {
            guard let revision = address.revision else {
                self = address.model
                return
            }
            throw RoostError(
                .invalidRequest,
                "`model` is the address of \(address.model.repository) at the revision \(revision.quotedForPeople). Only a pull and the commands about files take one: give the model as \(address.model).",
                field: "model")
        }
        try self.init(name: text)
    }

    /// Parses a name that is not a URL.
    init(name text: String) throws {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            try self.init(nameWithoutColon: text)
            return
        }
        let tag = String(text[text.index(after: colon)...])
        let repository = try RepositoryID(parsing: String(text[..<colon]))
        guard !VariantName.isLatest(tag) else {
            self.init(repository: repository)
            return
        }
        guard let variant = VariantName(parsing: tag) else {
            throw RoostError(
                .invalidRequest,
                "`model` may end in a quantisation as GGUF files name it, such as `:Q4_K_M` or `:UD-Q4_K_XL`, or in a GGUF file's name; got \(tag.quotedForPeople).",
                field: "model")
        }
        self.init(repository: repository, variant: variant)
    }

    /// Parses `org/name` or `org/name--QUANT`, where the quantisation may have a prefix as in `UD-Q4_K_XL`.
    private init(nameWithoutColon text: String) throws {
        if let dashes = text.range(of: "--"), let variant = VariantName(parsing: String(text[dashes.upperBound...])),
            QuantizationTag(parsing: String(variant.description.split(separator: "-").last ?? "")) != nil
        {
            self.init(repository: try RepositoryID(parsing: String(text[..<dashes.lowerBound])), variant: variant)
        } else {
            self.init(repository: try RepositoryID(parsing: text))
        }
    }

    /// `org/name` or `org/name:VARIANT`.
    public var description: String { variant.map { "\(repository):\($0)" } ?? repository.description }
}
