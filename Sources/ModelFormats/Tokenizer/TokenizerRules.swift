/// What a model's architecture says about its tokenizer. All else is in the files.
public struct TokenizerRules: Sendable {
    /// The kinds of tokenizer that the architecture's readers can use.
    public var kinds: Set<TokenizerKind> = [.bytePair, .sentencePiece]
    /// Rows of the embedding, `vocab_size` in config.json; `nil` takes as many as there are tokens.
    public var vocabularySize: Int?
    /// Keys to write last, over whatever the files say, such as Gemma's `tokenizer.ggml.add_space_prefix`.
    public var trailing: [GGUFKeyValue] = []
    /// Whether `add_prefix_space` of tokenizer_config.json is written, before everything else, as for Llama.
    public var writesSpacePrefix = false
    /// Whether added tokens keep their text and only those are control tokens that the files call special, as for Phi-3.
    public var takesAddedTokensLiterally = false
    /// The size of vocabulary with which no token begins texts, whatever the files say, as for the small Granite and SmolLM models.
    public var sizeWithoutBegin: Int?
    /// The pre-tokenizer's name, if a person says so: nothing is proven then.
    public var preTokenizer: String?

    /// Makes the rules of an architecture that has none of its own.
    public init() {}
}

/// How text becomes tokens.
public enum TokenizerKind: Sendable, Hashable {
    /// Merges of bytes, as in GPT-2; "gpt2" in GGUF.
    case bytePair
    /// SentencePiece with bytes for what it does not know; "llama" in GGUF.
    case sentencePiece
    /// Pieces of words, as in BERT; "bert" in GGUF.
    case wordPiece
}
