import ModelFormats
import RoostCore

/// A request of `POST /chat`. Its fields have the names of OpenAI's, and their limits where the table in the documentation names no
/// narrower ones.
struct NativeChat: Sendable {
    /// What the engine is asked.
    let engine: EngineRequest
    /// Whether the answer is a stream of events.
    let streams: Bool
    /// The most time for the answer.
    let timeout: Duration
    /// The conversation that the server keeps, in which this is a turn; `nil` without one.
    let session: Session?

    /// A session, as the request names it.
    struct Session: Sendable {
        /// Its id.
        let id: String
        /// The most messages before the new ones that the model gets.
        let mostHistory: Int
    }

    private static let usualHistory = 100

    /// What shapes an answer besides the conversation, and what a request asks of Roost.
    private static let passed = [
        "tools", "tool_choice", "parallel_tool_calls", "top_p", "top_k", "min_p", "repeat_penalty", "presence_penalty", "frequency_penalty", "seed",
        "stop", "response_format", "reasoning_effort", "chat_template_kwargs", "keep_alive", "num_ctx", "context_length", "priority",
    ]
    private static let usualTokens = 512
    private static let usualTemperature = 0.7

    /// Validates a body.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(_ fields: RequestFields) throws {
        let model = try ModelReference(parsing: fields.string("model", maxBytes: ModelReference.byteLimit))
        let messages = try fields.objects("messages", count: 1...1000)
        let maxTokens = try fields.int("max_tokens", in: 1...1_000_000, default: Self.usualTokens)
        let temperature = try fields.number("temperature", in: 0...2, default: Self.usualTemperature)
        streams = try fields.bool("stream", default: false)
        timeout = .seconds(try fields.number("timeout", in: 1...600, default: 120))
        let mostHistory = try fields.int("max_history", in: 0...1000, default: Self.usualHistory)
        session = try fields.optionalString("session_id", bytes: 1...128).map { Session(id: $0, mostHistory: mostHistory) }
        var body = EngineBody()
        body.begin("{")
        body.next("model")
        body.write(text: model.description)
        body.next("messages")
        body.begin("[")
        for message in messages {
            body.next(nil)
            body.write(message.values)
        }
        body.end("]")
        for name in Self.passed { body.copy(name, of: fields) }
        body.write(number: maxTokens, "max_tokens")
        body.next("temperature")
        body.write(plain: "\(temperature)")
        // So that the work stops at the next token when the client leaves.
        body.write(flag: true, "stream")
        body.end("}")
        engine = try EngineRequest(completions: RequestFields(body: body.buffer))
            .assuming(Set(["max_tokens", "temperature"].filter { fields.value($0) == nil }))
    }
}
