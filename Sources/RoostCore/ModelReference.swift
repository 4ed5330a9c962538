/// What a person calls a model: a repository and, optionally, which of its quantisations: `org/name` or `org/name:Q4_K_M`.
public struct ModelReference: Sendable, Hashable, CustomStringConvertible {
    /// The repository on the Hub.
    public let repository: RepositoryID
    /// The quantisation asked for by name, if any.
    public let quantization: QuantizationTag?

    /// Makes a reference from its parts.
    ///
    /// - Parameters:
    ///   - repository: The repository on the Hub.
    ///   - quantization: The quantisation asked for, if any.
    public init(repository: RepositoryID, quantization: QuantizationTag? = nil) {
        self.repository = repository
        self.quantization = quantization
    }

    /// Parses `org/name` or `org/name:QUANT`.
    ///
    /// - Parameter text: What somebody typed or sent; hostile until parsed.
    /// - Throws: `RoostError` with code `invalidRequest` and field `model`.
    public init(parsing text: String) throws {
        guard let colon = text.firstIndex(of: ":") else {
            self.init(repository: try RepositoryID(parsing: text))
            return
        }
        let tag = String(text[text.index(after: colon)...])
        guard let quantization = QuantizationTag(parsing: tag) else {
            throw RoostError(
                .invalidRequest,
                "`model` may end in a quantisation as GGUF files name it, such as `:Q4_K_M` or `:F16`; got \(tag.quotedForPeople).",
                field: "model")
        }
        self.init(repository: try RepositoryID(parsing: String(text[..<colon])), quantization: quantization)
    }

    /// `org/name` or `org/name:QUANT`.
    public var description: String { quantization.map { "\(repository):\($0)" } ?? repository.description }
}
