/// The vectors of texts, as `roost embed --json` prints them.
package struct EmbeddingList: Sendable, Codable, Hashable {
    /// The model.
    package var model: String
    /// A vector for each text, in their order.
    package var embeddings: [[Double]]
    /// The number of tokens of all texts.
    package var promptTokens: Int

    /// Creates a list.
    package init(model: String, embeddings: [[Double]], promptTokens: Int) {
        self.model = model
        self.embeddings = embeddings
        self.promptTokens = promptTokens
    }

    private enum CodingKeys: String, CodingKey {
        case model, embeddings
        case promptTokens = "prompt_tokens"
    }
}
