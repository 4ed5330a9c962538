import Engines
import HTTPServing
import ModelFormats
import NIOCore
import RoostCore

/// A request of `POST /api/chat` or `POST /api/generate`.
struct OllamaAsk: Sendable {
    /// The form of the answer.
    enum Form: Sendable, Hashable {
        case chat
        /// With the conversation so far, for the field `context` of the answer; `nil` for a text without a conversation.
        case generate(OllamaContext?)
    }

    /// The form of the answer.
    let form: Form
    /// The model as the client named it.
    let name: String
    /// What the engine is asked. Of a request without a prompt only its model counts.
    let request: EngineRequest
    /// Whether the answer is a stream.
    let streams: Bool
    /// Whether there is no prompt, so that the model is only loaded, or unloaded.
    let isEmpty: Bool
    /// How long the model stays in memory from now on.
    let keepAlive: KeepAlive?
    /// What it says about thinking.
    let thinking: OllamaThinking?
    /// Whether it has tools that the model may call.
    let hasTools: Bool
    /// The options without effect.
    let ignored: [String]
    /// Whether each token comes with the most probable other ones.
    let wantsAlternatives: Bool
    /// The text that the request is instead of a conversation.
    let text: OllamaText?
    /// Whether the oldest messages of a conversation that is too long are left out.
    let truncates: Bool

    /// Reads a body of `POST /api/chat`.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(chat fields: RequestFields) throws {
        let messages = fields.value("messages") == nil ? [] : try fields.objects("messages", count: 0...10_000)
        try self.init(fields, .chat, isEmpty: messages.isEmpty) { body in
            var conversation = OllamaConversation()
            for message in messages {
                body.next(nil)
                try conversation.write(message, to: &body)
            }
        }
    }

    /// Reads a body of `POST /api/generate`.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(generate fields: RequestFields) throws {
        let model = try fields.ollamaModel()
        let options = fields.value("options") == nil ? ModelParameters() : try ModelParameters(fields.object("options"))
        if let text = try OllamaText(fields, model.reference, options, fields.ollamaKeepAlive()) {
            try self.init(fields, .generate(nil), isEmpty: false, text: text) { _ in }
            return
        }
        let prompt = fields.value("prompt")
        if let prompt, !prompt.isString { throw fields.refusal(of: "prompt", "must be a string; it is \(prompt.describedForPeople).") }
        let system = fields.value("system") == nil ? nil : try fields.string("system", maxBytes: 4 << 20)
        var context = try fields.value("context").map { try OllamaContext($0, of: fields) } ?? OllamaContext()
        let earlier = context.turns
        if let system, !system.isEmpty, earlier.first?.role != .system { context.turns.insert(.init(role: .system, text: system), at: 0) }
        let beginning = context.turns
        context.turns.append(.init(role: .user, text: prompt?.string ?? ""))
        let isEmpty = (prompt?.string ?? "").isEmpty && fields.value("images")?.elements?.count ?? 0 == 0
        try self.init(fields, .generate(context), isEmpty: isEmpty) { body in
            for turn in beginning {
                body.next(nil)
                body.write(json: JSON.buffer(["role": turn.role.rawValue, "content": turn.text]).readableBytesView)
            }
            body.next(nil)
            body.begin("{")
            body.next("role")
            body.write(string: "user")
            try OllamaConversation.write(content: prompt, images: fields, to: &body)
            body.end("}")
        }
    }

    private static let shortAnswer = #"{"role":"user","content":""}"#

    private init(_ fields: RequestFields, _ form: Form, isEmpty: Bool, text: OllamaText? = nil, messages write: (inout EngineBody) throws -> Void)
        throws
    {
        let (name, reference) = try fields.ollamaModel()
        let options = fields.value("options") == nil ? ModelParameters() : try ModelParameters(fields.object("options"))
        keepAlive = try fields.ollamaKeepAlive()
        thinking = try OllamaThinking.reading(fields)
        streams = try fields.bool("stream", default: true)
        wantsAlternatives = try fields.optionalInt("top_logprobs", in: 0...20) ?? 0 > 0
        truncates = try fields.bool("truncate", default: true)
        _ = try fields.bool("shift", default: true)
        (self.name, self.form, self.isEmpty, ignored) = (name, form, isEmpty, options.ignored)
        var body = EngineBody()
        body.begin("{")
        body.next("model")
        body.write(text: reference.description)
        let tools = form == .chat ? fields.value("tools") : nil
        hasTools = tools.map { $0.elements?.count ?? 1 > 0 } ?? false
        if hasTools, let tools {
            body.next("tools")
            body.write(tools)
        }
        body.next("messages")
        body.begin("[")
        if isEmpty {
            body.write(json: Self.shortAnswer.utf8)
        } else {
            try write(&body)
        }
        body.end("]")
        options.write(to: &body)
        try Self.writeForm(fields, thinking, keepAlive, to: &body)
        body.end("}")
        self.text = text
        request = try Self.namingFields(of: form) { try text?.request(nil) ?? EngineRequest(completions: RequestFields(body: body.buffer)) }
    }

    /// Writes what concerns the form of the answer.
    private static func writeForm(_ fields: RequestFields, _ thinking: OllamaThinking?, _ keepAlive: KeepAlive?, to body: inout EngineBody) throws {
        body.next("stream")
        body.write(json: "true".utf8)
        thinking?.write(to: &body)
        if let keepAlive {
            body.next("keep_alive")
            body.write(string: keepAlive.description)
        }
        let alternatives = try fields.optionalInt("top_logprobs", in: 0...20)
        if try fields.bool("logprobs", default: false) {
            body.next("logprobs")
            body.write(json: "true".utf8)
            body.next("top_logprobs")
            body.write(json: "\(alternatives ?? 0)".utf8)
        }
        guard let format = fields.value("format"), format.string != "" else { return }
        body.next("response_format")
        if format.string == "json" {
            body.write(json: #"{"type":"json_object"}"#.utf8)
        } else if format.members != nil {
            body.write(json: #"{"type":"json_schema","json_schema":{"name":"format","schema":"#.utf8)
            body.write(format)
            body.write(json: "}}".utf8)
        } else {
            throw fields.refusal(of: "format", "must be \"json\" or a JSON schema, which is an object; it is \(format.describedForPeople).")
        }
    }

    /// Runs a check of the body for the engine, and names the client's own fields in its errors.
    private static func namingFields<Value>(of form: Form, _ check: () throws -> Value) throws -> Value {
        do {
            return try check()
        } catch let error as RoostError {
            guard let field = error.field else { throw error }
            let own = OllamaAsk.ownName(of: field, in: form)
            throw RoostError(error.code, error.message.replacing("`\(field)`", with: "`\(own)`"), field: own, cause: error)
        }
    }

    /// Returns the client's name of a field: an image is a part of a message's content there, and one of its `images` here.
    static func ownName(of field: String, in form: Form) -> String {
        if field.hasPrefix("response_format") { return "format" }
        guard let image = field.wholeMatch(of: /messages\[(\d+)\]\.content\[(\d+)\].*/), let part = Int(image.2) else { return field }
        let images = "images[\(max(0, part - 1))]"
        return form == .chat ? "messages[\(image.1)].\(images)" : images
    }
}
