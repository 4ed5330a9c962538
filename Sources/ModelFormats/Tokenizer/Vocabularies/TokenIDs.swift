import RoostCore

/// The tokens of a vocabulary file without the added ones: the ids by text, and the texts in the order of the ids.
struct TokenIDs: Sendable {
    private(set) var ids: [ByteText: Int] = [:]
    private(set) var entries: [(text: ByteText, id: Int)] = []

    /// Parses a JSON object of ids.
    ///
    /// - Throws: `FormatProblem` for invalid ids, and for a text or an id that occurs twice.
    init(_ value: JSONValue) throws {
        guard let members = value.members else { throw FormatProblem("its vocabulary is no JSON object") }
        guard members.count <= Vocabulary.largestSize else { throw FormatProblem("its vocabulary has \(members.count) tokens") }
        ids.reserveCapacity(members.count)
        entries.reserveCapacity(members.count)
        for (key, value) in members {
            guard let text = key.text, let id = value.int, (0..<Vocabulary.largestSize).contains(id) else {
                throw FormatProblem("its vocabulary has a token without a usable number: \((key.string ?? "").quotedForPeople)")
            }
            try add(text, id)
        }
        try check()
    }

    /// One more than the largest id.
    var end: Int { entries.reduce(0) { max($0, $1.id + 1) } }

    private mutating func add(_ text: ByteText, _ id: Int) throws {
        guard ids.updateValue(id, forKey: text) == nil else {
            throw FormatProblem("its vocabulary has the token \(text.description.quotedForPeople) twice")
        }
        entries.append((text, id))
    }

    private func check() throws {
        var isTaken = [Bool](repeating: false, count: end)
        for (text, id) in entries {
            guard !isTaken[id] else {
                throw FormatProblem("two tokens of its vocabulary have the number \(id), one is \(text.description.quotedForPeople)")
            }
            isTaken[id] = true
        }
    }
}

extension Vocabulary {
    /// Creates the vocabulary of byte-level BPE or WordPiece: the tokens of the file, overridden by the added ones,
    /// with unused tokens in the gaps.
    ///
    /// - Parameters:
    ///   - tokens: The file's tokens.
    ///   - added: The added tokens.
    ///   - size: The number of rows in the embedding; `nil` for the number that is needed.
    /// - Throws: `RoostError` if a token has no row.
    init(_ tokens: TokenIDs, added: [AddedToken], size: Int?) throws {
        let end = max(tokens.end, (added.map(\.id).max() ?? -1) + 1)
        let size = size ?? end
        guard end <= size else {
            throw RoostError(
                .invalidModelFile,
                "The tokenizer has a token with the number \(end - 1), but config.json gives the model \(size) tokens (vocab_size). "
                    + "They do not belong together: the repository has to be corrected.")
        }
        try self.init(unusedCount: size)
        for (text, id) in tokens.entries { set(id, text, .normal) }
        for token in added { add(token) }
        try finish()
    }
}
