/// What a model's chat template is told about thinking, in `chat_template_kwargs` of `POST /chat`. A template without a choice ignores it.
package struct ChatThinking: Sendable, Codable, Hashable {
    /// Whether the model thinks before its answer.
    package var isEnabled: Bool
    /// How much it thinks, such as `low` or `high`; `nil` for its own measure.
    package var effort: String?

    /// Creates a value.
    package init(isEnabled: Bool, effort: String? = nil) {
        self.isEnabled = isEnabled
        self.effort = effort
    }

    private enum CodingKeys: String, CodingKey {
        case isEnabled = "enable_thinking"
        case effort = "reasoning_effort"
    }
}
