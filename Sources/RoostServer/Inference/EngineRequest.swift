import Access
import Engines
import ModelFormats
import NIOCore
import RoostCore

/// A request to an engine: only the fields that Roost passes on, each within its limits.
struct EngineRequest: Sendable {
    /// The kind of a request.
    enum Kind: Sendable {
        case chat, embeddings

        /// The path of the engine's route.
        var path: String { self == .chat ? "/v1/chat/completions" : "/v1/embeddings" }

        /// The request field that holds the text.
        var inputField: String { self == .chat ? "messages" : "input" }
    }

    let kind: Kind
    let reference: ModelReference
    private(set) var body: ByteBuffer
    /// Whether the answer is a stream of server-sent events.
    let streams: Bool
    /// The number of answers requested at once.
    let answers: Int
    /// The most tokens of each answer; `nil` if the request sets none.
    private var answerTokens: Int?
    private(set) var fingerprint: RequestFingerprint
    /// The begin of the prompt; `nil` for what an engine does not continue: texts for vectors, images and sounds.
    private var prompt: PromptOutline?
    /// The place in the queue of the engine.
    let ticket = QueueTicket()
    /// The client that sent the request, for fair shares.
    private var client = ""
    /// Who sent the request. Without that no engine answers it.
    private(set) var caller = Caller.unseen
    /// What the request asks for besides its answer.
    let options: Options
    /// The images and sounds in the body.
    var media: RequestMedia

    /// The most tokens of each answer; `nil` if no field sets them, or one allows any number.
    private static func answerTokens(_ fields: RequestFields) -> Int? {
        let given = ["max_tokens", "max_completion_tokens", "n_predict"].compactMap { fields.value($0)?.int }
        return given.allSatisfy { $0 > 0 } ? given.max() : nil
    }

    /// Refuses a body without a text.
    private static func require(_ kind: Kind, in fields: RequestFields) throws {
        if fields.value(kind.inputField) == nil { throw fields.refusal(of: kind.inputField, "is missing.") }
    }

    private init(
        _ kind: Kind, _ reference: ModelReference, _ body: ByteBuffer, media: RequestMedia = RequestMedia(), streams: Bool = false,
        answers: Int = 1, answerTokens: Int? = nil, options: Options
    ) {
        self.options = options
        self.answerTokens = answerTokens
        self.kind = kind
        self.reference = reference
        self.body = body
        self.streams = streams
        self.answers = answers
        self.media = media
        fingerprint = RequestFingerprint(path: kind.path, body: body)
        prompt = outline
    }

    private var outline: PromptOutline? {
        kind == .chat && media.count == 0 && body.readableBytes <= Self.mostOutlined ? PromptOutline(body) : nil
    }

    /// Returns a chat with another body, which is another request when an engine crashes.
    func replacingConversation(_ body: ByteBuffer) -> EngineRequest {
        var request = replacingBody(body)
        request.fingerprint = RequestFingerprint(path: kind.path, body: body)
        request.prompt = request.outline
        return request
    }

    /// Returns the request as that of a client.
    func from(_ context: RoostContext) -> EngineRequest {
        var request = self
        request.client = context.client
        request.caller = context.caller
        return request
    }

    /// The tokens of the prompt, estimated: about four bytes of text are one.
    var promptTokens: Int { max(0, body.readableBytes - media.encodedBytes) / 4 + media.count * Self.usualMedium }

    /// The tokens that the request may use.
    var tokens: LimitLedger.Tokens { .init(prompt: promptTokens, output: kind == .chat ? answers * (answerTokens ?? Self.usualAnswer) : 0) }

    /// Returns the request with a limit for each answer, if it has none.
    func bounded(to most: Int) -> EngineRequest {
        guard kind == .chat, answerTokens == nil, body.readableBytes > 2 else { return self }
        var request = self
        request.answerTokens = most
        // Before the last bracket of the object.
        request.body.moveWriterIndex(to: body.writerIndex - 1)
        // The engine prefers `n_predict`, and the last of two members of one name.
        request.body.writeString(",\"max_tokens\":\(most),\"n_predict\":\(most)}")
        return request
    }

    /// What the request needs of an engine.
    var lease: LeaseRequest {
        // An answer without a limit counts as one of usual length.
        let tokens = promptTokens + answers * (answerTokens ?? Self.usualAnswer)
        var lease = LeaseRequest(
            fingerprint: fingerprint, client: client, slots: answers, tokens: tokens, ticket: ticket, prompt: prompt,
            countable: kind == .chat && media.count == 0 ? CountablePrompt(body: body, field: kind.inputField) : nil)
        lease.priority = options.priority
        lease.context = options.context
        return lease
    }

    /// The most bytes of a body whose slot Roost chooses: the number of the slot is written into it.
    private static let mostOutlined = 4 << 20

    /// The tokens of an answer of usual length.
    private static let usualAnswer = 256
    /// The tokens of an image or a sound of usual size.
    private static let usualMedium = 512

    /// Returns the request with another body. It still counts as the same one when an engine crashes.
    func replacingBody(_ body: ByteBuffer) -> EngineRequest {
        var request = self
        request.body = body
        return request
    }

    /// Validates a body of `POST /v1/chat/completions`.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(completions fields: RequestFields) throws {
        try Self.require(.chat, in: fields)
        let body = try FieldRule.body(of: fields, FieldRule.completions)
        try self.init(
            .chat, ModelReference(parsing: fields.string("model", maxBytes: 256)), body.buffer, media: body.media,
            streams: fields.bool("stream", default: false),
            answers: fields.int("n", in: 1...EnginePlan.mostSlots, default: fields.int("n_cmpl", in: 1...EnginePlan.mostSlots, default: 1)),
            answerTokens: Self.answerTokens(fields),
            options: Options(fields))
    }

    /// Validates a body of `POST /v1/embeddings`.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(embeddings fields: RequestFields) throws {
        try Self.require(.embeddings, in: fields)
        try self.init(
            .embeddings, ModelReference(parsing: fields.string("model", maxBytes: 256)), FieldRule.body(of: fields, FieldRule.embeddings).buffer,
            options: Options(fields))
    }

    /// Refuses a request that the engine of a model cannot answer.
    ///
    /// - Parameters:
    ///   - plan: The options that the engine was started with.
    ///   - model: The model's name.
    /// - Throws: `RoostError` with code `invalidRequest` or `insufficientMemory` that contains the field.
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
        if let context = options.context, context.tokens > plan.contextLength { throw context.tooLarge(for: model, have: plan.contextLength) }
        try media.check(plan.companions, of: model)
        guard answers <= plan.slots else {
            throw RoostError(
                .invalidRequest,
                "`n` may be at most \(plan.slots) for \(model): memory is short, and its engine gives no more answers at once.", field: "n")
        }
    }
}
