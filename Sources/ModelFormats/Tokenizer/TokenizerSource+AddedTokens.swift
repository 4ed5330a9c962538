import RoostCore

extension TokenizerSource {
    /// Returns the added tokens of tokenizer.json.
    func tokensOfTokenizer() throws -> [AddedToken] {
        guard let tokens = tokenizer?["added_tokens"]?.elements else { return [] }
        return try RoostError.describing("tokenizer.json") { try tokens.map { try AddedToken($0, id: $0["id"]?.int) } }
    }

    /// Returns the added tokens of tokenizer_config.json; `nil` if it contains no list of them.
    func tokensOfSettings() throws -> [AddedToken]? {
        guard let tokens = settings?["added_tokens_decoder"]?.members else { return nil }
        return try RoostError.describing("tokenizer_config.json") { try tokens.map { try AddedToken($1, id: $0.string.flatMap { Int($0) }) } }
    }

    /// Returns the tokens of added_tokens.json, which contains only texts and ids.
    func tokensOfAddedTokens() throws -> [AddedToken] {
        guard let tokens = try json("added_tokens.json")?.members else { return [] }
        return try RoostError.describing("added_tokens.json") {
            try tokens.map { key, value in
                guard let content = key.text, let id = value.int, (0..<Vocabulary.largestSize).contains(id) else {
                    throw FormatProblem("one of its tokens has no usable number")
                }
                return AddedToken(id: id, content: content, isSpecial: false)
            }
        }
    }
}
