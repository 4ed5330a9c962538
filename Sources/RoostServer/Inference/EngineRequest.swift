import Access
import Engines
import ModelFormats
import NIOCore
import RoostCore

/// A request to an engine: only the fields that Roost passes on, each within its limits.
struct EngineRequest: Sendable {
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
    /// The begin of the prompt; `nil` for what an engine does not continue, such as texts for vectors.
    private var prompt: PromptOutline?
    /// The place in the queue of the engine.
    private(set) var ticket = QueueTicket()
    /// The client that sent the request, for fair shares.
    private var client = ""
    /// Who sent the request. Without that no engine answers it.
    private(set) var caller = Caller.unseen
    /// What the request asks for besides its answer.
    private(set) var options: Options
    /// The images and sounds in the body.
    var media: RequestMedia
    /// The bytes of the longest of several texts that are read one by one; `nil` if the body is one text.
    private let longestPart: Int?
    /// The largest token number in the text; `nil` if the text has none.
    let largestToken: Int?
    /// Fields whose usual values Roost has written, because the request has none: a preset replaces them.
    private(set) var assumed: Set<String> = []
    /// Whether the answer has to call a tool.
    private(set) var mustCall = false

    /// Refuses a body without a text.
    static func require(_ kind: Kind, in fields: RequestFields) throws {
        if fields.value(kind.inputField) == nil { throw fields.refusal(of: kind.inputField, "is missing.") }
    }

    /// Creates a request from a validated body.
    init(
        _ kind: Kind, _ reference: ModelReference, _ body: ByteBuffer, media: RequestMedia = RequestMedia(), streams: Bool = false,
        answers: Int = 1, answerTokens: Int? = nil, longestPart: Int? = nil, largestToken: Int? = nil, options: Options
    ) {
        self.longestPart = longestPart
        self.options = options
        self.largestToken = largestToken
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
        kind.generates && answers == 1 && body.readableBytes <= Self.mostOutlined ? PromptOutline(body) : nil
    }

    /// The bytes of text in the body.
    private var textBytes: Int { max(0, body.readableBytes - media.encodedBytes) }

    /// Returns a chat with another body, which is another request when an engine crashes.
    func replacingConversation(_ body: ByteBuffer) -> EngineRequest {
        var request = replacingBody(body)
        request.fingerprint = RequestFingerprint(path: kind.path, body: body)
        request.prompt = request.outline
        return request
    }

    /// Returns the request with fields that a preset replaces.
    func assuming(_ fields: Set<String>) -> EngineRequest {
        var request = self
        request.assumed = fields
        return request
    }

    /// Returns the request with another limit for each answer, which its body has already; `nil` for none.
    func answering(atMost tokens: Int?) -> EngineRequest {
        var request = self
        request.answerTokens = tokens
        return request
    }

    /// Returns the request as that of a client.
    func from(_ context: RoostContext) -> EngineRequest {
        var request = self
        request.client = context.client
        request.caller = context.caller
        return request
    }

    /// Returns the request with the place in the queue of an earlier form of it.
    func queued(as other: EngineRequest) -> EngineRequest {
        var request = self
        request.ticket = other.ticket
        return request
    }

    /// The tokens of the prompt, estimated: about four bytes of text are one.
    var promptTokens: Int { textBytes / 4 + media.count * Self.usualMedium }

    /// The tokens that the request may use.
    var tokens: LimitLedger.Tokens { .init(prompt: promptTokens, output: kind.generates ? answers * (answerTokens ?? Self.usualAnswer) : 0) }

    /// Returns the request with a limit for each answer, if it has none.
    func bounded(to most: Int) -> EngineRequest {
        guard kind.generates, answerTokens == nil, body.readableBytes > 2 else { return self }
        var request = self
        request.answerTokens = most
        // Before the last bracket of the object.
        request.body.moveWriterIndex(to: body.writerIndex - 1)
        // The engine prefers `n_predict`, and the last of two members of one name.
        request.body.writeString(",\"max_tokens\":\(most),\"n_predict\":\(most)}")
        return request
    }

    /// The bytes of the longest text that the engine reads at once.
    var longestText: Int { longestPart ?? textBytes }

    /// What the request needs of an engine.
    var lease: LeaseRequest {
        // An answer without a limit counts as one of usual length.
        let answer = kind.generates ? answers * (answerTokens ?? Self.usualAnswer) : 0
        // Token numbers are no text.
        let text =
            kind == .text
            ? nil
            : RequestText(
                body: body, field: kind.inputField, bytes: textBytes, counting: media.count == 0 ? kind.counting : nil,
                isOnePrompt: longestPart == nil)
        var lease = LeaseRequest(
            fingerprint: fingerprint, client: client, slots: answers, tokens: kind.isLookup ? 1 : max(1, promptTokens + answer), ticket: ticket,
            prompt: prompt, text: text)
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

    /// Returns the request with another wish for a context.
    func asking(for context: ContextWish) -> EngineRequest {
        var request = self
        request.options.context = context
        return request
    }

    /// Validates a body of `POST /v1/chat/completions`.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(completions fields: RequestFields) throws {
        try Self.require(.chat, in: fields)
        let body = try FieldRule.body(of: fields, FieldRule.completions)
        try self.init(
            .chat, Self.model(of: fields), body.buffer, media: body.media, streams: fields.bool("stream", default: false),
            answers: Self.answers(of: fields), answerTokens: Self.answerTokens(of: fields), options: Options(fields))
        mustCall = try ToolChoice(fields).word == "required"
    }

    /// Returns the model of a body.
    static func model(of fields: RequestFields) throws -> ModelReference { try ModelReference(parsing: fields.string("model", maxBytes: 256)) }

    /// Returns the number of answers that a body asks for.
    static func answers(of fields: RequestFields) throws -> Int {
        let allowed = 1...EnginePlan.mostSlots
        return try fields.int("n", in: allowed, default: fields.int("n_cmpl", in: allowed, default: 1))
    }

    /// Returns the most tokens of each answer; `nil` if no field sets them, or one allows any number.
    static func answerTokens(of fields: RequestFields) -> Int? {
        let given = ["max_tokens", "max_completion_tokens", "n_predict"].compactMap { fields.value($0)?.int }
        return given.allSatisfy { $0 > 0 } ? given.max() : nil
    }
}
