/// One server-sent event of a streaming `POST /chat`: `data: {"delta":{"content":"…"},"done":false}`, the last one with `done` true.
public struct ChatEvent: Sendable, Codable, Hashable {
    /// The piece of text, if any.
    public struct Delta: Sendable, Codable, Hashable {
        /// The next piece of the answer.
        public var content: String?

        /// Makes a piece.
        ///
        /// - Parameter content: The next piece of the answer.
        public init(content: String? = nil) { self.content = content }
    }

    /// What a broken stream ends with.
    public struct Failure: Sendable, Codable, Hashable {
        /// A stable word for programs, such as `engine_crashed`.
        public var code: String
        /// A sentence for people.
        public var message: String

        /// Makes a failure.
        ///
        /// - Parameters:
        ///   - code: A stable word.
        ///   - message: A sentence.
        public init(code: String, message: String) {
            self.code = code
            self.message = message
        }
    }

    /// The next piece; empty in the last event.
    public var delta: Delta
    /// Whether this is the last event.
    public var done: Bool
    /// Why the answer ended, in the last event of a complete one: `stop` or `length`.
    public var doneReason: String?
    /// What went wrong, in the last event of a broken one.
    public var error: Failure?

    /// A piece of text.
    ///
    /// - Parameter content: The piece.
    public init(content: String) {
        self.delta = Delta(content: content)
        self.done = false
    }

    /// The end of a complete answer.
    ///
    /// - Parameter doneReason: `stop` or `length`.
    public init(doneReason: String) {
        self.delta = Delta()
        self.done = true
        self.doneReason = doneReason
    }

    /// The end of a broken answer.
    ///
    /// - Parameter error: What went wrong.
    public init(error: Failure) {
        self.delta = Delta()
        self.done = true
        self.error = error
    }

    private enum CodingKeys: String, CodingKey {
        case delta, done
        case doneReason = "done_reason"
        case error
    }
}
