/// A server-sent event of a streaming `POST /chat`: `data: {"delta":{"content":"…"},"done":false}`. The last one has
/// `done` true.
public struct ChatEvent: Sendable, Codable, Hashable {
    /// A piece of the answer's text.
    public struct Delta: Sendable, Codable, Hashable {
        /// The text.
        public var content: String?

        /// Creates a piece of text.
        public init(content: String? = nil) { self.content = content }
    }

    /// The error at the end of a stream that failed.
    public struct Failure: Sendable, Codable, Hashable {
        /// A stable code for programs, such as `engine_crashed`.
        public var code: String
        /// A sentence for the user.
        public var message: String

        /// Creates a failure.
        public init(code: String, message: String) {
            self.code = code
            self.message = message
        }
    }

    /// The next piece of text; empty in the last event.
    public var delta: Delta
    /// Whether this is the last event.
    public var done: Bool
    /// Why a complete answer ended, in its last event: `stop` or `length`.
    public var doneReason: String?
    /// The error, in the last event of a stream that failed.
    public var error: Failure?

    /// Creates an event with a piece of text.
    public init(content: String) {
        self.delta = Delta(content: content)
        self.done = false
    }

    /// Creates the last event of a complete answer.
    public init(doneReason: String) {
        self.delta = Delta()
        self.done = true
        self.doneReason = doneReason
    }

    /// Creates the last event of a stream that failed.
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
