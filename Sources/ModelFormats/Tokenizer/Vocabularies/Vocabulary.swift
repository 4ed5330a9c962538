import RoostCore

/// A model's tokens as GGUF has them: as many as the embedding has rows.
struct Vocabulary: Sendable {
    /// More tokens than any model has.
    static let largestSize = 4 << 20

    var texts: [ByteText]
    var types: [TokenType]
    /// Empty when the kind of tokenizer has none.
    var scores: [Float] = []

    /// A vocabulary of tokens without meaning.
    ///
    /// - Throws: `RoostError` when no model is that large.
    init(unusedCount count: Int, score: Float? = nil) throws {
        guard (1...Self.largestSize).contains(count) else {
            throw RoostError(.invalidModelFile, "A vocabulary of \(count) tokens cannot be used: 1 to \(Self.largestSize) are possible.")
        }
        texts = (0..<count).map { ByteText("[PAD\($0)]") }
        types = Array(repeating: .unused, count: count)
        if let score { scores = Array(repeating: score, count: count) }
    }

    /// Puts a token in its place.
    mutating func set(_ id: Int, _ text: ByteText, _ type: TokenType, score: Float? = nil) {
        texts[id] = text
        types[id] = type
        if let score { scores[id] = score }
    }

    /// Puts an added token in its place: what looks special is written by programs, "▁" in the others is a space.
    mutating func add(_ token: AddedToken, literally: Bool = false, score: Float? = nil) {
        let isControl = token.isSpecial || !literally && token.content.looksSpecial
        set(token.id, isControl || literally ? token.content : token.content.withSpaces, isControl ? .control : .userDefined, score: score)
    }

    /// Makes texts what the engine needs: it ends its process when two are equal, and renames empty ones.
    ///
    /// - Throws: `RoostError` for two tokens with one text.
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
