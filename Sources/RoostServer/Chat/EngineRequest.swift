import Engines
import ModelFormats
import NIOCore
import RoostCore

/// A request as an engine gets it: the fields that Roost knows, each within its bounds, and nothing else.
struct EngineRequest: Sendable {
    /// What is asked of an engine.
    enum Kind: Sendable {
        case chat, embeddings

        /// The engine's path.
        var path: String { self == .chat ? "/v1/chat/completions" : "/v1/embeddings" }

        /// The field that holds the text.
        var inputField: String { self == .chat ? "messages" : "input" }
    }

    let kind: Kind
    let reference: ModelReference
    let body: ByteBuffer
    /// Whether the answer comes as server-sent events.
    let streams: Bool
    /// How many answers are asked for at once.
    let answers: Int
    let fingerprint: RequestFingerprint

    /// Refuses a body without a text.
    private static func require(_ kind: Kind, in fields: RequestFields) throws {
        if fields.value(kind.inputField) == nil { throw fields.refusal(of: kind.inputField, "is missing.") }
    }

    private init(_ kind: Kind, _ reference: ModelReference, _ body: ByteBuffer, streams: Bool = false, answers: Int = 1) {
        self.kind = kind
        self.reference = reference
        self.body = body
        self.streams = streams
        self.answers = answers
        fingerprint = RequestFingerprint(path: kind.path, body: body)
    }

    /// Checks a body of `POST /v1/chat/completions`.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that names the field and what is allowed.
    init(completions fields: RequestFields) throws {
        try Self.require(.chat, in: fields)
        try self.init(
            .chat, ModelReference(parsing: fields.string("model", maxBytes: 256)), FieldRule.body(of: fields, FieldRule.completions),
            streams: fields.bool("stream", default: false),
            answers: fields.int("n", in: 1...EnginePlan.mostSlots, default: fields.int("n_cmpl", in: 1...EnginePlan.mostSlots, default: 1)))
    }

    /// Checks a body of `POST /v1/embeddings`.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that names the field and what is allowed.
    init(embeddings fields: RequestFields) throws {
        try Self.require(.embeddings, in: fields)
        try self.init(
            .embeddings, ModelReference(parsing: fields.string("model", maxBytes: 256)), FieldRule.body(of: fields, FieldRule.embeddings))
    }

    /// The engine's form of a body of `POST /chat`, which has been checked. It always streams, so that a client that leaves stops the work at the next
    /// token.
    init(_ chat: ChatRequest) throws {
        let body = EngineChatBody(messages: chat.messages, max_tokens: chat.maxTokens, temperature: chat.temperature, stream: true)
        try self.init(.chat, ModelReference(parsing: chat.model), JSON.buffer(body), streams: true)
    }

    /// Refuses what the engine of a model cannot do.
    ///
    /// - Parameters:
    ///   - plan: How the engine was started.
    ///   - model: The model's name.
    /// - Throws: `RoostError` with code `invalidRequest` that names the field.
    func check(against plan: EnginePlan, of model: ModelReference) throws {
        switch (kind, plan.makesEmbeddings) {
        case (.chat, true):
            throw RoostError(
                .invalidRequest, "\(model) makes vectors of texts and cannot chat. Ask it at /v1/embeddings, or chat with another model.",
                field: "model")
        case (.embeddings, false):
            throw RoostError(
                .invalidRequest, "\(model) answers in words and makes no vectors. Chat with it, or ask a model that was made for vectors.",
                field: "model")
        default: break
        }
        guard answers <= plan.slots else {
            throw RoostError(
                .invalidRequest,
                "`n` may be at most \(plan.slots) for \(model): memory is short, and its engine gives no more answers at once.", field: "n")
        }
    }
}

/// The body that `llama-server` reads; the names are OpenAI's.
private struct EngineChatBody: Encodable {
    let messages: [ChatMessage]
    let max_tokens: Int
    let temperature: Double
    let stream: Bool
}
