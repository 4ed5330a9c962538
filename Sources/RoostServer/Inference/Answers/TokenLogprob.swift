import ModelFormats

/// A token of an answer with its probability, as engines send it and OpenAI and Ollama name it.
struct TokenLogprob: Encodable, Sendable, Hashable {
    /// Another token that the model might have chosen.
    struct Alternative: Encodable, Sendable, Hashable {
        let token: String
        let logprob: Double
        let bytes: [UInt8]?
    }

    /// The token's text.
    let token: String
    /// The natural logarithm of its probability.
    let logprob: Double
    /// The token's bytes, which alone may be no valid text.
    let bytes: [UInt8]?
    /// The most probable tokens at this place.
    let alternatives: [Alternative]?

    private enum CodingKeys: String, CodingKey {
        case token, logprob, bytes
        case alternatives = "top_logprobs"
    }
}

extension TokenLogprob {
    /// Reads a token of an engine's answer.
    ///
    /// - Throws: `EngineAnswer.UnexpectedMember`.
    init(_ token: JSONValue) throws {
        self.init(
            token: try token.required("token", \.string), logprob: try token.required("logprob", \.double),
            bytes: try token.optional("bytes", \.bytes),
            alternatives: try token.optional("top_logprobs", \.elements)?.map { other in
                Alternative(
                    token: try other.required("token", \.string), logprob: try other.required("logprob", \.double),
                    bytes: try other.optional("bytes", \.bytes))
            })
    }
}

extension JSONValue {
    /// The bytes of an array of numbers from 0 to 255.
    fileprivate var bytes: [UInt8]? {
        guard let elements else { return nil }
        let bytes = elements.compactMap { $0.int.flatMap(UInt8.init(exactly:)) }
        return bytes.count == elements.count ? bytes : nil
    }
}
