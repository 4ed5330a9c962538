/// The name of one of a repository's models: the part after the colon in `org/name:Q4_K_M`.
///
/// A quantisation as GGUF files name it, with an optional prefix (`UD-Q4_K_XL`, `i1-Q4_K_M`); or a GGUF file's path or
/// name with or without its extension, as `llama-server -hf` and Ollama accept it (`model-Q8_0.gguf`, `BF16/model`); or
/// a folder of the repository. `GGUFListing` resolves it.
public struct VariantName: Sendable, Hashable, CustomStringConvertible {
    /// The name without the number of a part and without `.gguf`, which only `latest.gguf` keeps: `:latest` names no
    /// particular model. A quantisation is in upper case.
    public let description: String

    /// The name as `GGUFVariant` has it, always without `.gguf`.
    package var stem: String {
        let short = String(description.dropLast(".gguf".count))
        return Self.isLatest(short) ? short : description
    }

    /// The quantisation, when the name is exactly that.
    public var quantization: QuantizationTag? { QuantizationTag(parsing: description) }

    /// Parses a name.
    ///
    /// - Parameter text: The user's text; untrusted.
    public init?(parsing text: String) {
        guard let path = try? RepositoryFilePath(parsing: text) else { return nil }
        var stem = path.description
        while let base = GGUFFileName(stem.lowercased().hasSuffix(".gguf") ? stem : stem + ".gguf")?.base, base != stem { stem = base }
        // What is left of `folder/.gguf` and `folder/..gguf` names no file.
        guard (try? RepositoryFilePath(parsing: stem)) != nil else { return nil }
        description = QuantizationTag(parsing: stem)?.description ?? (Self.isLatest(stem) ? stem + ".gguf" : stem)
    }

    /// Creates the name of a quantisation.
    public init(_ quantization: QuantizationTag) { description = quantization.description }

    /// Whether a name is Ollama's word for no particular model.
    static func isLatest(_ name: String) -> Bool { name.lowercased() == "latest" }
}
