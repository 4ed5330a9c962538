import RoostCore

/// BERT's WordPiece vocabulary. In the files, a token that continues a word begins with "##"; in GGUF, a token that
/// begins a word begins with "▁".
struct WordPieceVocabulary: Sendable {
    let tokens: TokenIDs
    /// The token for a word that cannot be represented.
    let unknown: ByteText
    /// The maximum number of characters in a word that is encoded.
    let longestWord: Int

    /// Reads tokenizer.json.
    ///
    /// - Throws: `RoostError` if it is malformed.
    init(_ source: TokenizerSource) throws {
        let model = source.tokenizer?["model"]
        unknown = model?["unk_token"]?.text ?? "[UNK]"
        longestWord = model?["max_input_chars_per_word"]?.int ?? 100
        tokens = try RoostError.describing("tokenizer.json") {
            guard model?["continuing_subword_prefix"]?.text ?? "##" == "##" else {
                throw FormatProblem("its pieces do not begin with ##, and the engine knows no other mark")
            }
            guard let vocabulary = model?["vocab"] else { throw FormatProblem("it has no vocabulary") }
            return try TokenIDs(vocabulary)
        }
    }
}

extension Vocabulary {
    /// Returns the same tokens with "▁" at the beginning of words.
    ///
    /// - Throws: `RoostError` if two tokens become equal.
    mutating func markWordBegins() throws {
        for (id, text) in texts.enumerated() where types[id] != .control {
            texts[id] = ByteText(bytes: text.bytes.starts(with: "##".utf8) ? Array(text.bytes.dropFirst(2)) : Array("▁".utf8) + text.bytes)
        }
        try finish()
    }
}
