import RoostCore

/// A model's tokens for GGUF: as many as the embedding has rows.
struct Vocabulary: Sendable {
    /// The maximum number of tokens, more than any model has.
    static let largestSize = 4 << 20

    var texts: [ByteText]
    var types: [TokenType]
    /// The scores; empty for a kind of tokenizer without scores.
    var scores: [Float] = []

    /// Creates a vocabulary of unused tokens.
    ///
    /// - Throws: `RoostError` if the number is invalid.
    init(unusedCount count: Int, score: Float? = nil) throws {
        guard (1...Self.largestSize).contains(count) else {
            throw RoostError(.invalidModelFile, "A vocabulary of \(count) tokens cannot be used: 1 to \(Self.largestSize) are possible.")
        }
        texts = (0..<count).map { ByteText("[PAD\($0)]") }
        types = Array(repeating: .unused, count: count)
        if let score { scores = Array(repeating: score, count: count) }
    }

    /// Sets a token.
    mutating func set(_ id: Int, _ text: ByteText, _ type: TokenType, score: Float? = nil) {
        texts[id] = text
        types[id] = type
        if let score { scores[id] = score }
    }

    /// Sets an added token. A token that looks special becomes a control token; in other tokens "▁" is replaced by a
    /// space.
    mutating func add(_ token: AddedToken, literally: Bool = false, score: Float? = nil) {
        let isControl = token.isSpecial || !literally && token.content.looksSpecial
        set(token.id, isControl || literally ? token.content : token.content.withSpaces, isControl ? .control : .userDefined, score: score)
    }

    /// Renames empty texts, as the engine does, and throws for equal ones, with which the engine would end its process.
    ///
    /// - Throws: `RoostError` for two tokens with the same text.
    mutating func finish() throws {
        for (id, text) in texts.enumerated() where text.bytes.isEmpty { texts[id] = ByteText("[EMPTY_\(id)]") }
        var seen: [ByteText: Int] = [:]
        seen.reserveCapacity(texts.count)
        for (id, text) in texts.enumerated() {
            guard let other = seen.updateValue(id, forKey: text) else { continue }
            throw RoostError(
                .invalidModelFile,
                "The tokenizer cannot be used: tokens \(other) and \(id) both are \(text.description.quotedForPeople), and the engine needs different texts."
            )
        }
    }
}
