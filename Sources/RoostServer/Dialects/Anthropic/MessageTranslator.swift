import HTTPServing
import NIOCore
import RoostAPI
import RoostCore

/// The stream of `POST /v1/messages`: named events, as Anthropic's API sends them.
struct MessageTranslator: StreamTranslator {
    private let head: MessageHead
    private var reader: MessageReader
    private var blocks: MessageBlocks
    private var hasBegun = false

    /// Creates the translator of an answer.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - head: The message's id and model.
    init(_ request: MessagesRequest, _ head: MessageHead) {
        self.init(MessageReader(request), thinking: request.thinking, head)
    }

    /// Creates the translator of an answer.
    init(_ reader: MessageReader, thinking: MessageThinking.Shown, _ head: MessageHead) {
        self.head = head
        self.reader = reader
        blocks = MessageBlocks(thinking: thinking)
    }

    var isComplete: Bool { reader.isStopped }

    mutating func translate(_ bytes: ByteBuffer) throws -> ByteBuffer {
        let pieces = try reader.read(bytes)
        // An event may be cut.
        guard hasBegun || !pieces.isEmpty || reader.figures != GenerationFigures() else { return ByteBuffer() }
        var events = begin()
        for piece in pieces { events.writeImmutableBuffer(blocks.add(piece)) }
        return events
    }

    mutating func finish() throws -> ByteBuffer {
        let (pieces, end) = try reader.finish()
        var events = begin()
        for piece in pieces { events.writeImmutableBuffer(blocks.add(piece)) }
        events.writeImmutableBuffer(blocks.end())
        let delta: JSONObject = ["stop_reason": end.reason.rawValue, "stop_sequence": ExplicitNull(wrappedValue: end.stopSequence)]
        events.writeImmutableBuffer(
            ServerSentEvent.buffer(
                "message_delta", ["type": "message_delta", "delta": delta, "usage": MessageUsage(reader.figures)] as JSONObject))
        events.writeImmutableBuffer(ServerSentEvent.buffer("message_stop", ["type": "message_stop"]))
        return events
    }

    mutating func fail(_ failure: RoostError) -> ByteBuffer {
        ServerSentEvent.buffer("error", AnthropicProblem(failure, requestID: head.requestID))
    }

    mutating func wait(_ text: String) -> ByteBuffer {
        var events = ServerSentEvent.comment(text)
        events.writeImmutableBuffer(ServerSentEvent.buffer("ping", ["type": "ping"]))
        return events
    }

    /// The first event. It comes with the first bytes of the engine, which tell the tokens of the prompt.
    private mutating func begin() -> ByteBuffer {
        guard !hasBegun else { return ByteBuffer() }
        hasBegun = true
        let none = ExplicitNull<String>(wrappedValue: nil)
        let message: JSONObject = [
            "id": head.id, "type": "message", "role": "assistant", "model": head.model, "content": [String](), "stop_reason": none,
            "stop_sequence": none, "usage": MessageUsage(reader.figures),
        ]
        return ServerSentEvent.buffer("message_start", ["type": "message_start", "message": message] as JSONObject)
    }
}

/// What a message is called.
struct MessageHead: Sendable {
    /// Its id.
    let id: String
    /// The model that writes it.
    let model: String
    /// The id of the request in the log; `nil` without one.
    let requestID: String?

    /// Creates the head of a new message.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - requestID: The id of the request.
    init(model: String, requestID: String?) {
        id = "msg_" + (0..<4).map { _ in String(UInt32.random(in: 0 ... .max), radix: 36) }.joined()
        self.model = model
        self.requestID = requestID
    }
}

/// The tokens of a message. Those of the prompt that the engine still had from an earlier request are counted apart.
struct MessageUsage: Encodable {
    let input_tokens: Int
    let output_tokens: Int
    let cache_read_input_tokens: Int
    let cache_creation_input_tokens = 0

    /// Creates the counts from the engine's.
    init(_ figures: GenerationFigures) {
        input_tokens = figures.promptTokens
        output_tokens = figures.generatedTokens
        cache_read_input_tokens = figures.cachedTokens
    }
}
