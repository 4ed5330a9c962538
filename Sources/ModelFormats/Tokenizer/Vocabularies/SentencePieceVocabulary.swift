import RoostCore

/// A SentencePiece vocabulary with bytes: tokens with "▁" for a space, and their scores.
struct SentencePieceVocabulary {
    private(set) var vocabulary: Vocabulary
    /// Notes for the user about ignored tokens.
    private(set) var notes: [String] = []

    /// The score of added tokens in llama.cpp's converter.
    private static let addedScore: Float = -1000

    /// Reads tokenizer.model and the added tokens.
    ///
    /// - Throws: `RoostError`.
    init(model bytes: [UInt8], _ source: TokenizerSource, _ rules: TokenizerRules) throws {
        let pieces = try RoostError.describing("tokenizer.model") { try SentencePieceModel(bytes).pieces }
        vocabulary = try Vocabulary(unusedCount: rules.vocabularySize ?? pieces.count, score: -10000)
        if pieces.count > vocabulary.texts.count { ignored(from: pieces.count - 1) }
        for (id, piece) in pieces.prefix(vocabulary.texts.count).enumerated() {
            vocabulary.set(id, piece.text, piece.type == .userDefined ? .normal : piece.type, score: piece.score)
        }
        for token in try source.tokensOfAddedTokens() where fits(token) {
            vocabulary.set(token.id, token.content, .userDefined, score: Self.addedScore)
        }
        for token in try source.tokensOfSettings() ?? [] { add(token, rules) }
        if rules.takesAddedTokensLiterally { for token in try source.tokensOfTokenizer() { add(token, rules) } }
        try vocabulary.finish()
    }

    /// Reads tokenizer.json, which contains no scores. The score of a token is derived from the rank of the merge that
    /// creates it. With these scores the engine splits text as it does with the scores of tokenizer.model.
    ///
    /// - Throws: `RoostError`.
    init(_ source: TokenizerSource, _ rules: TokenizerRules) throws {
        let pairs = try BytePairVocabulary(source)
        let added = try AddedTokens(source, ids: pairs.tokens.ids, limit: rules.vocabularySize ?? .max)
        let end = max(pairs.tokens.end, (added.tokens.map(\.id).max() ?? -1) + 1)
        vocabulary = try Vocabulary(unusedCount: rules.vocabularySize ?? end, score: -10000)
        notes = added.notes
        let ranks = Self.ranks(pairs.merges, ids: pairs.tokens.ids)
        let unknown = source.tokenizer?["model"]?["unk_token"]?.text
        for (text, id) in pairs.tokens.entries {
            guard id < vocabulary.texts.count else {
                ignored(from: id)
                continue
            }
            if text.isByteToken {
                vocabulary.set(id, text, .byte, score: 0)
            } else {
                let score = Float(-(ranks[id] ?? pairs.merges.count + id))
                vocabulary.set(id, text, text == unknown ? .unknown : .normal, score: score)
            }
        }
        for token in added.tokens { add(token, rules) }
        try vocabulary.finish()
    }

    private mutating func add(_ token: AddedToken, _ rules: TokenizerRules) {
        guard fits(token) else { return }
        vocabulary.add(token, literally: rules.takesAddedTokensLiterally, score: Self.addedScore)
    }

    private mutating func fits(_ token: AddedToken) -> Bool {
        if token.id >= vocabulary.texts.count { ignored(from: token.id) }
        return token.id < vocabulary.texts.count
    }

    private mutating func ignored(from id: Int) {
        notes.append("Token \(id) of the tokenizer is ignored: the model has \(vocabulary.texts.count) tokens.")
    }

    /// The rank of the first merge that creates each token, by id.
    private static func ranks(_ merges: [ByteText], ids: [ByteText: Int]) -> [Int: Int] {
        var ranks: [Int: Int] = [:]
        ranks.reserveCapacity(merges.count)
        for (rank, merge) in merges.enumerated() {
            guard let space = merge.bytes.firstIndex(of: UInt8(ascii: " ")) else { continue }
            guard let id = ids[ByteText(bytes: merge.bytes[..<space] + merge.bytes[(space + 1)...])], ranks[id] == nil else { continue }
            ranks[id] = rank
        }
        return ranks
    }
}

extension ByteText {
    /// Whether it is one of `<0x00>` … `<0xFF>`.
    var isByteToken: Bool {
        bytes.count == 6 && bytes.starts(with: "<0x".utf8) && bytes[5] == UInt8(ascii: ">")
            && bytes[3...4].allSatisfy { JSONParser.hexadecimal($0) != nil }
    }
}
