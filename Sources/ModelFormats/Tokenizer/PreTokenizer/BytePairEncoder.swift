/// Encodes a text with a byte-level BPE, like the tokenizers library, to recognize known vocabularies.
///
/// For short texts and for tests: it is exact but not fast.
struct BytePairEncoder {
    private let ids: [ByteText: Int]
    private let ranks: [ByteText: Int]
    private let ignoresMerges: Bool
    private let steps: [PreTokenizerStep]

    init(_ vocabulary: BytePairVocabulary, steps: [PreTokenizerStep]) {
        ids = vocabulary.tokens.ids
        var ranks: [ByteText: Int] = [:]
        ranks.reserveCapacity(vocabulary.merges.count)
        for (rank, merge) in vocabulary.merges.enumerated() where ranks[merge] == nil { ranks[merge] = rank }
        self.ranks = ranks
        ignoresMerges = vocabulary.ignoresMerges
        self.steps = steps
    }

    /// Returns the tokens of a text without added tokens.
    ///
    /// - Returns: The ids; `nil` if a step or a character is unknown.
    func encode(_ text: String) throws -> [Int]? {
        var words = [text]
        for step in steps {
            guard let next = try step.run(words) else { return nil }
            words = next
        }
        var result: [Int] = []
        for word in words where !word.isEmpty {
            guard let ids = encode(word: word) else { return nil }
            result += ids
        }
        return result
    }

    private func encode(word: String) -> [Int]? {
        if ignoresMerges, let id = ids[ByteText(word)] { return [id] }
        var symbols = word.unicodeScalars.map { ByteText(String($0)) }
        while let index = mostUrgentMerge(of: symbols) {
            symbols[index] = ByteText(bytes: symbols[index].bytes + symbols[index + 1].bytes)
            symbols.remove(at: index + 1)
        }
        let result = symbols.compactMap { ids[$0] }
        return result.count == symbols.count ? result : nil
    }

    /// Returns the position of the first merge with the lowest rank.
    private func mostUrgentMerge(of symbols: [ByteText]) -> Int? {
        symbols.indices.dropLast().compactMap { index in
            ranks[ByteText(bytes: symbols[index].bytes + [UInt8(ascii: " ")] + symbols[index + 1].bytes)].map { (rank: $0, index: index) }
        }.min { ($0.rank, $0.index) < ($1.rank, $1.index) }?.index
    }
}
