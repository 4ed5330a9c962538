import RoostAPI
import RoostCore

extension ChatRequest {
    /// Parses the fields of a body.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(fields: RequestFields) throws {
        self.init(
            model: try ModelReference(parsing: try fields.string("model", maxBytes: ModelReference.byteLimit)).description,
            messages: try fields.objects("messages", count: 1...1000).map { message in
                ChatMessage(
                    role: try message.choice("role", default: nil), content: try message.string("content", maxBytes: 1 << 20),
                    reasoningContent: message.value("reasoning_content") == nil ? nil : try message.string("reasoning_content", maxBytes: 1 << 20))
            },
            maxTokens: try fields.int("max_tokens", in: 1...1_000_000, default: 512),
            temperature: try fields.number("temperature", in: 0...2, default: 0.7),
            stream: try fields.bool("stream", default: false),
            timeout: try fields.number("timeout", in: 1...600, default: 120))
    }
}
