package import RoostCore

extension RoostError {
    /// The error for a text that is longer than the context. Agents shorten a conversation when they find exactly these
    /// words.
    ///
    /// - Parameters:
    ///   - field: The request field with the text.
    ///   - promptTokens: The number of tokens of the text; `nil` if it is unknown.
    ///   - contextLength: The number of tokens of the context; `nil` if it is unknown.
    ///   - message: The engine's own words; `nil` without any.
    /// - Returns: The error.
    package static func contextLengthExceeded(field: String, promptTokens: Int?, contextLength: Int?, message: String? = nil) -> RoostError {
        let have = promptTokens.map { "take \($0) tokens" } ?? "are too long"
        let most = contextLength.map { ", and this model's maximum context length is \($0) tokens" } ?? ""
        let words = message.map { " (\($0))" } ?? ""
        var error = RoostError(
            .contextLengthExceeded,
            "`\(field)` \(have)\(most): the request exceeds the available context size\(words). Shorten it, or raise context_length (ROOST_CONTEXT_LENGTH).",
            field: field)
        // For dialects whose clients look for the numbers in words of their own.
        if let promptTokens { error = error.adding("prompt_tokens", "\(promptTokens)") }
        if let contextLength { error = error.adding("context_length", "\(contextLength)") }
        return error
    }
}
