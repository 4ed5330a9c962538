/// The sampling parameters of `POST /chat`, besides the temperature; `nil` leaves one to the engine.
package struct ChatSampling: Sendable, Codable, Hashable {
    /// The share of probability that is kept, 0 … 1.
    package var topP: Double?
    /// The number of tokens that are kept, -1 … 1000000.
    package var topK: Int?
    /// The least probability of a token, relative to the most probable one, 0 … 1.
    package var minP: Double?
    /// The penalty for repetitions, 0 … 10.
    package var repeatPenalty: Double?
    /// The penalty for tokens that occurred, -2 … 2.
    package var presencePenalty: Double?
    /// The penalty for tokens by their frequency, -2 … 2.
    package var frequencyPenalty: Double?
    /// The seed, -1 … 4294967295.
    package var seed: Int?

    /// Creates parameters that are all left to the engine.
    package init() {}

    private enum CodingKeys: String, CodingKey {
        case seed
        case topP = "top_p"
        case topK = "top_k"
        case minP = "min_p"
        case repeatPenalty = "repeat_penalty"
        case presencePenalty = "presence_penalty"
        case frequencyPenalty = "frequency_penalty"
    }
}
