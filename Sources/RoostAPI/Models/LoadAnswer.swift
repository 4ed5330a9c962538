/// The answer to `POST /models/load`.
package struct LoadAnswer: Sendable, Codable, Hashable {
    /// The model.
    package var model: String
    /// `loaded`.
    package var status: String
    /// The context of its engine.
    package var context: ModelContext
    /// How long it stays in memory after each request: `forever`, or a number of seconds such as `600s`.
    package var keepAlive: String
    /// Whether it never leaves memory for another model.
    package var pinned: Bool

    /// Creates an answer.
    package init(model: String, context: ModelContext, keepAlive: String, pinned: Bool) {
        self.model = model
        status = "loaded"
        self.context = context
        self.keepAlive = keepAlive
        self.pinned = pinned
    }

    private enum CodingKeys: String, CodingKey {
        case model, status, context, pinned
        case keepAlive = "keep_alive"
    }
}
