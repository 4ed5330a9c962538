import HTTPServing
import ModelFormats
import NIOCore
import RoostCore

/// A request of `POST /api/generate` that the model's chat template does not see: a text to continue (`raw`), a gap to fill in
/// (`suffix`), or a prompt in the request's own `template`.
struct OllamaText: Sendable {
    private enum Form: Sendable {
        case prompt(String)
        case gap(before: String, after: String)
    }

    private static let mostBytes = 16 << 20

    private let form: Form
    /// The fields of the engine's body after the prompt.
    private let rest: [UInt8]
    private let model: ModelReference

    /// Reads the fields. The result is `nil` for a request that is a conversation.
    ///
    /// - Parameters:
    ///   - fields: The fields of the body.
    ///   - model: The model.
    ///   - options: The options.
    ///   - keepAlive: How long the model stays in memory.
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init?(_ fields: RequestFields, _ model: ModelReference, _ options: ModelParameters, _ keepAlive: KeepAlive?) throws {
        func text(_ name: String) throws -> String { try fields.value(name) == nil ? "" : fields.string(name, maxBytes: Self.mostBytes) }
        let (prompt, suffix, template) = (try text("prompt"), try text("suffix"), try text("template"))
        let isRaw = try fields.bool("raw", default: false)
        guard isRaw || !suffix.isEmpty || !template.isEmpty else { return nil }
        for field in ["context", "images", "think"] where fields.value(field) != nil && fields.value(field)?.bool != false {
            guard fields.value(field)?.elements?.count != 0 else { continue }
            throw fields.refusal(of: field, "cannot be used with `raw`, `suffix` or `template`, which are texts without a conversation.")
        }
        self.model = model
        if !suffix.isEmpty {
            form = .gap(before: prompt, after: suffix)
        } else if isRaw {
            form = .prompt(prompt)
        } else if let parsed = OllamaTemplate(template) {
            guard let whole = parsed.prompt(system: try text("system"), prompt: prompt, mostBytes: Self.mostBytes) else {
                throw fields.refusal(of: "template", "makes a prompt of more than \(ByteCount(Int64(Self.mostBytes))).")
            }
            form = .prompt(whole)
        } else {
            throw fields.refusal(
                of: "template",
                "may only have the actions {{ .System }}, {{ .Prompt }}, {{ .Response }}, {{ if }}, {{ else }} and {{ end }}. Leave it out for the model's own template, or send the whole prompt with `raw`."
            )
        }
        var body = EngineBody()
        // The prompt comes before it.
        body.next(nil)
        try Self.write(fields, options, keepAlive, to: &body)
        rest = body.bytes
    }

    private static func write(_ fields: RequestFields, _ options: ModelParameters, _ keepAlive: KeepAlive?, to body: inout EngineBody) throws {
        body.next("stream")
        body.write(json: "true".utf8)
        options.write(to: &body)
        if !options.fields.contains(where: { $0.name == "max_tokens" }) {
            body.next("n_predict")
            body.write(json: "-1".utf8)
        }
        if let keepAlive {
            body.next("keep_alive")
            body.write(string: keepAlive.description)
        }
        let alternatives = try fields.optionalInt("top_logprobs", in: 0...20)
        if try fields.bool("logprobs", default: false) {
            body.next("logprobs")
            body.write(json: "\(alternatives ?? 0)".utf8)
        }
        guard let format = fields.value("format"), format.string != "" else { return }
        body.next("json_schema")
        if format.string == "json" {
            body.write(json: #"{"type":"object"}"#.utf8)
        } else if format.members != nil {
            body.write(format)
        } else {
            throw fields.refusal(of: "format", "must be \"json\" or a JSON schema, which is an object; it is \(format.describedForPeople).")
        }
    }

    /// Whether the head of the model's file is needed for the prompt.
    var needsHead: Bool { if case .gap = form { true } else { false } }

    /// Returns the request to the engine.
    ///
    /// - Parameter head: The head of the model's file; `nil` if it is not known yet, so that the request only names its model.
    /// - Returns: The request.
    /// - Throws: `RoostError` with code `invalidRequest` if the model fills in no gaps.
    func request(_ head: OllamaModelHead?) throws -> EngineRequest {
        let prompt: String
        switch form {
        case .prompt(let text): prompt = text
        case .gap(let before, let after):
            guard let head else {
                prompt = before
                break
            }
            guard let marks = head.infill else {
                throw RoostError(
                    .invalidRequest,
                    "`suffix` cannot be used with \(model): its vocabulary has no tokens for filling in. Leave it out, or choose a model for code.",
                    field: "suffix")
            }
            prompt = marks.prompt(before: before, after: after)
        }
        var body = EngineBody()
        body.begin("{")
        body.next("model")
        body.write(text: model.description)
        body.next("prompt")
        // The engine's API takes no empty text.
        body.write(text: prompt.isEmpty ? " " : prompt)
        body.write(json: rest)
        body.end("}")
        return try EngineRequest(texts: RequestFields(body: body.buffer))
    }
}
