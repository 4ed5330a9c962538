/// A server-sent event of a streaming `POST /chat`: `data: {"delta":{"content":"…"},"done":false}`. The last one has
/// `done` true.
package struct ChatEvent: Sendable, Codable, Hashable {
    /// A piece of the answer's text.
    package struct Delta: Sendable, Codable, Hashable {
        /// The text.
        package var content: String?

        /// Creates a piece of text.
        package init(content: String? = nil) { self.content = content }
    }

    /// The error at the end of a stream that failed.
    package struct Failure: Sendable, Codable, Hashable {
        /// A stable code for programs, such as `engine_crashed`.
        package var code: String
        /// A sentence for the user.
        package var message: String

        /// Creates a failure.
        package init(code: String, message: String) {
            self.code = code
            self.message = message
        }
    }

    /// The next piece of text; empty in the last event.
    package var delta: Delta
    /// Whether this is the last event.
    package var done: Bool
    /// Why a complete answer ended, in its last event: `stop` or `length`.
    package var doneReason: String?
    /// The error, in the last event of a stream that failed.
    package var error: Failure?

    /// Creates an event with a piece of text.
    package init(content: String) {
        self.delta = Delta(content: content)
        self.done = false
    }

    /// Creates the last event of a complete answer.
    package init(doneReason: String) {
        self.delta = Delta()
        self.done = true
        self.doneReason = doneReason
    }

    /// Creates the last event of a stream that failed.
    package init(error: Failure) {
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
