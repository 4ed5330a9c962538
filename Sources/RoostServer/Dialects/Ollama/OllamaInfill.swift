import ModelFormats
import RoostCore

/// The tokens with which a model fills in a gap between two texts.
struct OllamaInfill: Sendable, Hashable {
    let prefix: String
    let suffix: String
    let middle: String

    /// The names of such tokens, as llama.cpp knows them.
    private static let families = [
        ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"), ("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),
        ("<fim_prefix>", "<fim_suffix>", "<fim_middle>"), ("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"), ("▁<PRE>", "▁<SUF>", "▁<MID>"),
        ("<PRE>", "<SUF>", "<MID>"), ("<|code_prefix|>", "<|code_suffix|>", "<|code_middle|>"),
    ]

    /// Finds the tokens in a vocabulary: those that the file names, otherwise those with a known name. The result is `nil` without such
    /// tokens.
    init?(_ metadata: GGUFMetadata) {
        guard case .array(.string(let tokens))? = metadata["tokenizer.ggml.tokens"] else { return nil }
        func named(_ key: String) -> String? {
            metadata.count("tokenizer.ggml.\(key)_token_id").flatMap { tokens.indices.contains($0) ? tokens[$0].description : nil }
        }
        if let prefix = named("fim_pre"), let suffix = named("fim_suf"), let middle = named("fim_mid") {
            (self.prefix, self.suffix, self.middle) = (prefix, suffix, middle)
            return
        }
        let names = Set(Self.families.flatMap { [$0.0, $0.1, $0.2] }.map { ByteText($0) })
        let found = Set(tokens.filter { names.contains($0) }.map(\.description))
        guard let family = Self.families.first(where: { found.isSuperset(of: [$0.0, $0.1, $0.2]) }) else { return nil }
        (prefix, suffix, middle) = family
    }

    /// Returns the prompt for a gap.
    func prompt(before: String, after: String) -> String { prefix + before + suffix + after + middle }
}
