/// A server-sent event of a streaming `POST /chat`: `data: {"delta":{"content":"…"},"done":false}`. What a model thinks
/// before its answer is apart from the text: `{"delta":{"reasoning_content":"…"},"done":false}`. The last event has `done` true.
package struct ChatEvent: Sendable, Codable, Hashable {
    /// A piece of the answer.
    package struct Delta: Sendable, Codable, Hashable {
        /// A piece of the text.
        package var content: String?
        /// A piece of the model's reasoning.
        package var reasoningContent: String?
        /// Pieces of calls of tools.
        package var toolCalls: [ToolCall]?

        /// Creates a piece.
        package init(content: String? = nil, reasoningContent: String? = nil, toolCalls: [ToolCall]? = nil) {
            self.content = content
            self.reasoningContent = reasoningContent
            self.toolCalls = toolCalls
        }

        private enum CodingKeys: String, CodingKey {
            case content
            case reasoningContent = "reasoning_content"
            case toolCalls = "tool_calls"
        }
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

    /// The next piece; empty in the last event.
    package var delta: Delta
    /// Whether this is the last event.
    package var done: Bool
    /// Why a complete answer ended, in its last event: `stop`, `length` or `tool_calls`.
    package var doneReason: String?
    /// The number of prompt tokens evaluated, in the last event, as in `ChatResponse`.
    package var promptEvalCount: Int?
    /// The time for evaluating the prompt, in nanoseconds.
    package var promptEvalDuration: Int64?
    /// The number of tokens generated.
    package var evalCount: Int?
    /// The time for generating the tokens, in nanoseconds.
    package var evalDuration: Int64?
    /// The error, in the last event of a stream that failed.
    package var error: Failure?

    /// Creates an event with a piece of the answer.
    package init(delta: Delta) {
        self.delta = delta
        self.done = false
    }

    /// Creates the last event of a complete answer.
    ///
    /// - Parameters:
    ///   - doneReason: Why it ended.
    ///   - figures: The engine's counts and times; all zero when it told none.
    package init(doneReason: String, figures: GenerationFigures = GenerationFigures()) {
        self.delta = Delta()
        self.done = true
        self.doneReason = doneReason
        guard figures != GenerationFigures() else { return }
        (promptEvalCount, promptEvalDuration) = (figures.promptTokens, figures.promptNanoseconds)
        (evalCount, evalDuration) = (figures.generatedTokens, figures.generatedNanoseconds)
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
        case promptEvalCount = "prompt_eval_count"
        case promptEvalDuration = "prompt_eval_duration"
        case evalCount = "eval_count"
        case evalDuration = "eval_duration"
        case error
    }
}
