import RoostCore

/// BERT's pieces of words: in the files a piece that continues a word begins with "##", in GGUF one that begins a word with "▁".
struct WordPieceVocabulary: Sendable {
    let tokens: TokenIDs
    /// What stands for a word that cannot be said.
    let unknown: ByteText
    /// Letters of the longest word that is looked at.
    let longestWord: Int

    /// Reads tokenizer.json.
    ///
    /// - Throws: `RoostError` when it breaks its rules.
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
    /// The same tokens with "▁" where a word begins.
    ///
    /// - Throws: `RoostError` when two become the same.
    mutating func markWordBegins() throws {
        for (id, text) in texts.enumerated() where types[id] != .control {
            texts[id] = ByteText(bytes: text.bytes.starts(with: "##".utf8) ? Array(text.bytes.dropFirst(2)) : Array("▁".utf8) + text.bytes)
        }
        try finish()
    }
}
