/// Why a complete chat answer ended, in OpenAI's words.
enum ChatEnd: String, Sendable, CaseIterable {
    /// The model ended it, or wrote one of the request's stop texts.
    case stop
    /// It reached the request's limit or the end of the context.
    case length
    /// The model calls tools.
    case toolCalls = "tool_calls"
}
