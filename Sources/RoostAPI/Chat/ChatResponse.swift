package import RoostCore

/// The answer to `POST /chat` without `stream`. All durations are nanoseconds.
package struct ChatResponse: Sendable, Codable, Hashable {
    /// The name of the model, with its quantisation.
    package var model: String
    /// The time at which the answer was complete.
    package var createdAt: Timestamp
    /// The model's message.
    package var message: ChatMessage
    /// Always true.
    package var done: Bool
    /// `stop` when the model ended the answer, `length` when it reached `max_tokens`, `tool_calls` when it calls tools.
    package var doneReason: String
    /// The time from the request's arrival to the answer.
    package var totalDuration: Int64
    /// The time for loading the model, a part of the total; near zero when it was already loaded.
    package var loadDuration: Int64
    /// The number of prompt tokens evaluated; those found in the engine's cache do not count.
    package var promptEvalCount: Int
    /// The time for evaluating the prompt.
    package var promptEvalDuration: Int64
    /// The number of tokens generated.
    package var evalCount: Int
    /// The time for generating the tokens.
    package var evalDuration: Int64

    /// Creates an answer.
    ///
    /// - Parameters:
    ///   - model: The name of the model.
    ///   - createdAt: The time at which the answer was complete.
    ///   - message: The model's message.
    ///   - doneReason: Why the answer ended.
    ///   - figures: The engine's counts and times.
    ///   - totalDuration: The total time in nanoseconds.
    ///   - loadDuration: The time for loading in nanoseconds.
    package init(
        model: String, createdAt: Timestamp, message: ChatMessage, doneReason: String, figures: GenerationFigures,
        totalDuration: Int64, loadDuration: Int64
    ) {
        self.model = model
        self.createdAt = createdAt
        self.message = message
        self.done = true
        self.doneReason = doneReason
        self.totalDuration = totalDuration
        self.loadDuration = loadDuration
        self.promptEvalCount = figures.promptTokens
        self.promptEvalDuration = figures.promptNanoseconds
        self.evalCount = figures.generatedTokens
        self.evalDuration = figures.generatedNanoseconds
    }

    private enum CodingKeys: String, CodingKey {
        case model
        case createdAt = "created_at"
        case message, done
        case doneReason = "done_reason"
        case totalDuration = "total_duration"
        case loadDuration = "load_duration"
        case promptEvalCount = "prompt_eval_count"
        case promptEvalDuration = "prompt_eval_duration"
        case evalCount = "eval_count"
        case evalDuration = "eval_duration"
    }
}

/// The engine's counts and times for one answer.
package struct GenerationFigures: Sendable, Hashable {
    /// The number of prompt tokens that the engine had in its cache.
    package var cachedTokens = 0
    /// The number of prompt tokens evaluated.
    package var promptTokens = 0
    /// The time for the prompt.
    package var promptNanoseconds: Int64 = 0
    /// The number of tokens generated.
    package var generatedTokens = 0
    /// The time for the tokens.
    package var generatedNanoseconds: Int64 = 0

    /// Creates figures that are all zero.
    package init() {}
}
