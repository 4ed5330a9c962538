/// The body of `POST /chat`.
public struct ChatRequest: Sendable, Codable, Hashable {
    /// `org/name` or `org/name:QUANT`; it must be on this machine.
    public var model: String
    /// The conversation so far, oldest first; 1 to 1,000 messages.
    public var messages: [ChatMessage]
    /// The most tokens to generate; 1 to 1,000,000.
    public var maxTokens: Int
    /// 0.0 (always the likeliest token) to 2.0.
    public var temperature: Double
    /// Whether the answer comes as server-sent events, token by token.
    public var stream: Bool
    /// How many seconds the whole answer may take; 1 to 600.
    public var timeout: Double

    /// Makes a request with the documented defaults.
    ///
    /// - Parameters:
    ///   - model: The model's name.
    ///   - messages: The conversation so far.
    ///   - maxTokens: The most tokens to generate.
    ///   - temperature: 0.0 to 2.0.
    ///   - stream: Whether to stream.
    ///   - timeout: Seconds.
    public init(
        model: String, messages: [ChatMessage], maxTokens: Int = 512, temperature: Double = 0.7, stream: Bool = false, timeout: Double = 120
    ) {
        self.model = model
        self.messages = messages
        self.maxTokens = maxTokens
        self.temperature = temperature
        self.stream = stream
        self.timeout = timeout
    }

    private enum CodingKeys: String, CodingKey {
        case model, messages
        case maxTokens = "max_tokens"
        case temperature, stream, timeout
    }
}

/// One turn of a conversation.
public struct ChatMessage: Sendable, Codable, Hashable {
    /// Who speaks.
    public enum Role: String, Sendable, Codable, CaseIterable {
        /// Instructions to the model.
        case system
        /// The person.
        case user
        /// The model.
        case assistant
    }

    /// Who speaks.
    public var role: Role
    /// What is said.
    public var content: String

    /// Makes a turn.
    ///
    /// - Parameters:
    ///   - role: Who speaks.
    ///   - content: What is said.
    public init(role: Role, content: String) {
        self.role = role
        self.content = content
    }
}
