/// A token of an answer with its probability, as engines send it and OpenAI and Ollama name it.
struct TokenLogprob: Codable, Sendable, Hashable {
    /// Another token that the model might have chosen.
    struct Alternative: Codable, Sendable, Hashable {
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
