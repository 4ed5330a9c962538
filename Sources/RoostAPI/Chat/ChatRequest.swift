/// The body of `POST /chat`.
package struct ChatRequest: Sendable, Codable, Hashable {
    /// `org/name` or `org/name:QUANT`; the model must be on this machine.
    package var model: String
    /// The conversation so far, oldest first; 1 to 1,000 messages.
    package var messages: [ChatMessage]
    /// The most tokens to generate; 1 to 1,000,000.
    package var maxTokens: Int
    /// The sampling temperature: 0.0 (always the most likely token) to 2.0; `nil` for the preset's, or 0.7.
    package var temperature: Double?
    /// Whether the answer comes as server-sent events, token by token.
    package var stream: Bool
    /// The most seconds that the whole answer may take; 1 to 600.
    package var timeout: Double

    /// The sampling parameters; `nil` leaves each to the engine.
    package var sampling = ChatSampling()
    /// Texts at which the answer ends; at most 16.
    package var stop: [String]?
    /// The least context in tokens; `nil` for no change.
    package var contextLength: Int?
    /// How long the model stays in memory after its requests from now on, such as `10m`; `nil` for no change.
    package var keepAlive: String?
    /// What the model's chat template is told about thinking; `nil` for its own choice.
    package var thinking: ChatThinking?

    /// Creates a request with the documented defaults.
    package init(
        model: String, messages: [ChatMessage], maxTokens: Int = 512, temperature: Double? = nil, stream: Bool = false, timeout: Double = 120
    ) {
        self.model = model
        self.messages = messages
        self.maxTokens = maxTokens
        self.temperature = temperature
        self.stream = stream
        self.timeout = timeout
    }

    private enum CodingKeys: String, CodingKey {
        case model, messages, temperature, stream, timeout, stop
        case maxTokens = "max_tokens"
        case contextLength = "num_ctx"
        case keepAlive = "keep_alive"
        case thinking = "chat_template_kwargs"
    }

    /// Decodes a request; the sampling parameters stand beside the other fields.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(model: try fields.decode(String.self, forKey: .model), messages: try fields.decode([ChatMessage].self, forKey: .messages))
        maxTokens = try fields.decodeIfPresent(Int.self, forKey: .maxTokens) ?? maxTokens
        temperature = try fields.decodeIfPresent(Double.self, forKey: .temperature)
        stream = try fields.decodeIfPresent(Bool.self, forKey: .stream) ?? stream
        timeout = try fields.decodeIfPresent(Double.self, forKey: .timeout) ?? timeout
        stop = try fields.decodeIfPresent([String].self, forKey: .stop)
        contextLength = try fields.decodeIfPresent(Int.self, forKey: .contextLength)
        keepAlive = try fields.decodeIfPresent(String.self, forKey: .keepAlive)
        thinking = try fields.decodeIfPresent(ChatThinking.self, forKey: .thinking)
        sampling = try ChatSampling(from: decoder)
    }

    /// Encodes a request.
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(model, forKey: .model)
        try fields.encode(messages, forKey: .messages)
        try fields.encode(maxTokens, forKey: .maxTokens)
        try fields.encodeIfPresent(temperature, forKey: .temperature)
        try fields.encode(stream, forKey: .stream)
        try fields.encode(timeout, forKey: .timeout)
        try fields.encodeIfPresent(stop, forKey: .stop)
        try fields.encodeIfPresent(contextLength, forKey: .contextLength)
        try fields.encodeIfPresent(keepAlive, forKey: .keepAlive)
        try fields.encodeIfPresent(thinking, forKey: .thinking)
        try sampling.encode(to: encoder)
    }
}
