/// The rules of a model's architecture for its tokenizer. Everything else is in the files.
public struct TokenizerRules: Sendable {
    /// The kinds of tokenizer that the architecture's readers support.
    public var kinds: Set<TokenizerKind> = [.bytePair, .sentencePiece]
    /// The number of rows in the embedding, `vocab_size` in config.json; `nil` for the number of tokens.
    public var vocabularySize: Int?
    /// The keys to write last, which override the files, such as Gemma's `tokenizer.ggml.add_space_prefix`.
    public var trailing: [GGUFKeyValue] = []
    /// Whether `add_prefix_space` of tokenizer_config.json is written first, as for Llama.
    public var writesSpacePrefix = false
    /// Whether added tokens keep their text and only those marked as special are control tokens, as for Phi-3.
    public var takesAddedTokensLiterally = false
    /// The size of the vocabulary for which no token begins texts, regardless of the files, as for the small Granite
    /// and SmolLM models.
    public var sizeWithoutBegin: Int?
    /// The name of the pre-tokenizer if the user specifies it; it is then not checked.
    public var preTokenizer: String?

    /// Creates the rules of an architecture without special rules.
    public init() {}
}

/// The kind of a tokenizer.
public enum TokenizerKind: Sendable, Hashable {
    /// Merges of bytes, as in GPT-2; "gpt2" in GGUF.
    case bytePair
    /// SentencePiece with bytes for unknown characters; "llama" in GGUF.
    case sentencePiece
    /// WordPiece, as in BERT; "bert" in GGUF.
    case wordPiece
}
