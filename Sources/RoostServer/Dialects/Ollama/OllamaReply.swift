import Foundation
import ModelFormats
import RoostAPI
import RoostCore

/// A line of the answer to `POST /api/chat` or `POST /api/generate`, or all of it.
struct OllamaReply: Encodable {
    /// The model, as the client named it.
    let model: String
    let createdAt = Timestamp(Date())
    /// The message of a chat.
    var message: Message?
    /// The text of `generate`.
    var response: String?
    /// What the model thought before, of `generate`.
    var thinking: String?
    /// Whether it is the last line.
    var done = false
    var doneReason: String?
    var context: [Int]?
    var logprobs: [TokenLogprob]?
    var figures: Figures?

    /// A message of an assistant.
    struct Message: Encodable {
        let role = "assistant"
        var content = ""
        var thinking: String?
        var toolCalls: [ToolCall]?

        private enum CodingKeys: String, CodingKey {
            case role, content, thinking
            case toolCalls = "tool_calls"
        }
    }

    /// A whole call of a tool.
    struct ToolCall: Encodable {
        struct Function: Encodable {
            let index: Int
            let name: String
            let arguments: EncodableJSON
        }

        let id: String?
        let function: Function

        /// Creates a call.
        ///
        /// - Returns: `nil` when the arguments are no JSON object, as those of a call that was cut.
        init?(_ call: ChatPiece.ToolCall) {
            let text = call.arguments.isEmpty ? "{}" : call.arguments
            guard let arguments = (try? JSONDocument(Array(text.utf8)))?.root, arguments.members != nil else { return nil }
            id = call.id
            function = Function(index: call.index, name: call.name ?? "", arguments: EncodableJSON(value: arguments))
        }
    }

    /// Counts, and durations in nanoseconds.
    struct Figures {
        var total: Duration
        var load: Duration
        var generation = GenerationFigures()
    }

    private enum CodingKeys: String, CodingKey {
        case model, message, response, thinking, done, context, logprobs
        case createdAt = "created_at"
        case doneReason = "done_reason"
        case totalDuration = "total_duration"
        case loadDuration = "load_duration"
        case promptEvalCount = "prompt_eval_count"
        case promptEvalDuration = "prompt_eval_duration"
        case evalCount = "eval_count"
        case evalDuration = "eval_duration"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(model, forKey: .model)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encodeIfPresent(message, forKey: .message)
        try container.encodeIfPresent(response, forKey: .response)
        try container.encodeIfPresent(thinking, forKey: .thinking)
        try container.encode(done, forKey: .done)
        try container.encodeIfPresent(doneReason, forKey: .doneReason)
        try container.encodeIfPresent(context, forKey: .context)
        try container.encodeIfPresent(logprobs, forKey: .logprobs)
        guard let figures else { return }
        try container.encode(figures.total.nanoseconds, forKey: .totalDuration)
        try container.encode(figures.load.nanoseconds, forKey: .loadDuration)
        // All tokens of the prompt: clients show this number as the length of their input.
        try container.encode(figures.generation.promptTokens + figures.generation.cachedTokens, forKey: .promptEvalCount)
        try container.encode(figures.generation.promptNanoseconds, forKey: .promptEvalDuration)
        try container.encode(figures.generation.generatedTokens, forKey: .evalCount)
        try container.encode(figures.generation.generatedNanoseconds, forKey: .evalDuration)
    }
}

extension ChatEnd {
    /// The reason in Ollama's words, which has none for calls of tools.
    var ollamaReason: String { self == .length ? "length" : "stop" }
}
