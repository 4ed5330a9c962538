/// The answer to `POST /chat` without `stream`. All durations are nanoseconds.
public struct ChatResponse: Sendable, Codable, Hashable {
    /// The name of the model, with its quantisation.
    public var model: String
    /// The time at which the answer was complete.
    public var createdAt: Timestamp
    /// The model's message.
    public var message: ChatMessage
    /// Always true.
    public var done: Bool
    /// `stop` when the model ended the answer, `length` when it reached `max_tokens`.
    public var doneReason: String
    /// The time from the request's arrival to the answer.
    public var totalDuration: Int64
    /// The time for loading the model, a part of the total; near zero when it was already loaded.
    public var loadDuration: Int64
    /// The number of prompt tokens evaluated; those found in the engine's cache do not count.
    public var promptEvalCount: Int
    /// The time for evaluating the prompt.
    public var promptEvalDuration: Int64
    /// The number of tokens generated.
    public var evalCount: Int
    /// The time for generating the tokens.
    public var evalDuration: Int64

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
    public init(
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
public struct GenerationFigures: Sendable, Hashable {
    /// The number of prompt tokens evaluated.
    public var promptTokens = 0
    /// The time for the prompt.
    public var promptNanoseconds: Int64 = 0
    /// The number of tokens generated.
    public var generatedTokens = 0
    /// The time for the tokens.
    public var generatedNanoseconds: Int64 = 0

    /// Creates figures that are all zero.
    public init() {}
}
