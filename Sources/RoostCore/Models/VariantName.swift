/// Which of a repository's models is meant: what follows the colon in `org/name:Q4_K_M`.
///
/// A quantisation as GGUF files name it, with the word before it where there is one (`UD-Q4_K_XL`, `i1-Q4_K_M`), or a GGUF file's path or name with
/// or without its ending, as `llama-server -hf` and Ollama take it (`model-Q8_0.gguf`, `BF16/model`), or a folder of the repository. What it means
/// of certain files is for `GGUFListing` to say.
public struct VariantName: Sendable, Hashable, CustomStringConvertible {
    /// The name without `.gguf` and without the number of a part; a quantisation is in upper case.
    public let description: String

    /// The quantisation, where the name is one and nothing else.
    public var quantization: QuantizationTag? { QuantizationTag(parsing: description) }

    /// Parses a name.
    ///
    /// - Parameter text: What a person typed or sent; hostile until parsed.
    public init?(parsing text: String) {
        guard let path = try? RepositoryFilePath(parsing: text) else { return nil }
        var stem = path.description
        while let base = GGUFFileName(stem.lowercased().hasSuffix(".gguf") ? stem : stem + ".gguf")?.base, base != stem { stem = base }
        guard !stem.isEmpty else { return nil }
        description = QuantizationTag(parsing: stem)?.description ?? stem
    }

    /// The name of a quantisation.
    ///
    /// - Parameter quantization: The quantisation.
    public init(_ quantization: QuantizationTag) { description = quantization.description }
}
