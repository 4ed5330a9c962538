/// The body of `POST /chat`.
package struct ChatRequest: Sendable, Codable, Hashable {
    /// `org/name` or `org/name:QUANT`; the model must be on this machine.
    package var model: String
    /// The conversation so far, oldest first; 1 to 1,000 messages.
    package var messages: [ChatMessage]
    /// The most tokens to generate; 1 to 1,000,000.
    package var maxTokens: Int
    /// The sampling temperature: 0.0 (always the most likely token) to 2.0.
    package var temperature: Double
    /// Whether the answer comes as server-sent events, token by token.
    package var stream: Bool
    /// The most seconds that the whole answer may take; 1 to 600.
    package var timeout: Double

    /// Creates a request with the documented defaults.
    package init(
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

/// A message of a conversation.
package struct ChatMessage: Sendable, Codable, Hashable {
    /// The author of a message.
    package enum Role: String, Sendable, Codable, CaseIterable {
        /// Instructions to the model.
        case system
        /// The user.
        case user
        /// The model.
        case assistant
    }

    /// The author.
    package var role: Role
    /// The text.
    package var content: String
    /// What the model thought before its text; `nil` for one that did not, and for other authors.
    package var reasoningContent: String?
    /// The calls of tools that the model asks for; `nil` without any.
    package var toolCalls: [ToolCall]?

    /// Creates a message.
    package init(role: Role, content: String, reasoningContent: String? = nil, toolCalls: [ToolCall]? = nil) {
        self.role = role
        self.content = content
        self.reasoningContent = reasoningContent
        self.toolCalls = toolCalls
    }

    private enum CodingKeys: String, CodingKey {
        case role, content
        case reasoningContent = "reasoning_content"
        case toolCalls = "tool_calls"
    }
}
