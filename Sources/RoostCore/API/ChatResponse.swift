/// The answer to `POST /chat` without `stream`. All durations are nanoseconds.
public struct ChatResponse: Sendable, Codable, Hashable {
    /// The model that answered, with its quantisation.
    public var model: String
    /// When the answer was complete.
    public var createdAt: Timestamp
    /// What the model said.
    public var message: ChatMessage
    /// Always true.
    public var done: Bool
    /// `stop` when the model ended by itself, `length` at `max_tokens`.
    public var doneReason: String
    /// From the request's arrival to the answer.
    public var totalDuration: Int64
    /// What loading the model took of that; near zero when it was loaded.
    public var loadDuration: Int64
    /// How many prompt tokens were evaluated (those found in the engine's cache are not).
    public var promptEvalCount: Int
    /// What evaluating the prompt took.
    public var promptEvalDuration: Int64
    /// How many tokens were generated.
    public var evalCount: Int
    /// What generating took.
    public var evalDuration: Int64

    /// Makes an answer.
    ///
    /// - Parameters:
    ///   - model: The model that answered.
    ///   - createdAt: When the answer was complete.
    ///   - message: What the model said.
    ///   - doneReason: Why it ended.
    ///   - figures: The engine's counts and times.
    ///   - totalDuration: Nanoseconds in all.
    ///   - loadDuration: Nanoseconds of loading.
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

/// What the engine counted and timed for one answer.
public struct GenerationFigures: Sendable, Hashable {
    /// Prompt tokens evaluated.
    public var promptTokens = 0
    /// Time for the prompt.
    public var promptNanoseconds: Int64 = 0
    /// Tokens generated.
    public var generatedTokens = 0
    /// Time for the tokens.
    public var generatedNanoseconds: Int64 = 0

    /// All zero.
    public init() {}
}
