import ModelFormats
import RoostCore

/// A request to `POST /v1/messages`, or to its `/count_tokens`, in the engine's form.
struct MessagesRequest: Sendable {
    /// What the engine is asked.
    let engine: EngineRequest
    /// Whether the answer is a stream of events.
    let streams: Bool
    /// The most tokens of the answer.
    let maxTokens: Int
    /// The texts that end the answer.
    let stopTexts: [String]
    /// What the client gets of the model's thoughts.
    let thinking: MessageThinking.Shown

    private static let mostStopTexts = 64
    private static let longestStopText = 256
    /// The amount for a request that only counts.
    private static let anyAmount = 1

    /// Validates a body. Unknown fields, such as those of Anthropic's betas, are ignored.
    ///
    /// - Parameters:
    ///   - fields: The fields of the body.
    ///   - isCount: Whether its tokens are only counted.
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(_ fields: RequestFields, isCount: Bool = false) throws {
        let thinking = try MessageThinking(fields)
        self.thinking = thinking.shown
        maxTokens = isCount ? Self.anyAmount : try fields.requiredInt("max_tokens", in: 1...1_000_000)
        stopTexts = try Self.stopTexts(fields)
        streams = try fields.bool("stream", default: false)
        if let servers = fields.value("mcp_servers"), servers.elements?.count != 0 {
            throw fields.refusal(of: "mcp_servers", "is not supported: Roost calls no other servers. Let the client call them, and give it `tools`.")
        }
        var body = EngineBody()
        body.begin("{")
        body.next("model")
        body.write(text: try fields.string("model", maxBytes: ModelReference.byteLimit))
        try MessageTools(fields).write(to: &body)
        body.next("messages")
        try MessageTurns(fields).write(to: &body)
        thinking.write(to: &body)
        try Self.writeSampling(fields, to: &body)
        try Self.writeOutput(fields, to: &body)
        body.write(number: maxTokens, "max_tokens")
        // The counts of each event, for the usage of an answer that a stop text ends.
        for name in ["stream", "timings_per_token"] { body.write(flag: true, name) }
        body.next("stream_options")
        body.begin("{")
        body.write(flag: true, "include_usage")
        body.end("}")
        for name in ["keep_alive", "num_ctx", "context_length", "priority"] { body.copy(name, of: fields) }
        body.end("}")
        var engine = try EngineRequest(completions: RequestFields(body: body.buffer))
        // With the client's names of the images.
        engine.media = body.media
        self.engine = engine
    }

    private static func stopTexts(_ fields: RequestFields) throws -> [String] {
        guard let value = fields.value("stop_sequences") else { return [] }
        let texts = value.list.compactMap(\.string)
        guard value.elements?.count == texts.count, texts.count <= mostStopTexts,
            texts.allSatisfy({ (1...longestStopText).contains($0.utf8.count) })
        else {
            throw fields.refusal(
                of: "stop_sequences", "must be an array of at most \(mostStopTexts) strings of 1 to \(longestStopText) bytes.")
        }
        return texts
    }

    private static func writeSampling(_ fields: RequestFields, to body: inout EngineBody) throws {
        _ = try fields.number("temperature", in: 0...1, default: 1)
        _ = try fields.number("top_p", in: 0...1, default: 1)
        _ = try fields.optionalInt("top_k", in: 0...1_000_000)
        for name in ["temperature", "top_p", "top_k"] { body.copy(name, of: fields) }
    }

    private enum Effort: String, CaseIterable {
        case low, medium, high, xhigh, max
    }

    private enum Format: String, CaseIterable {
        case schema = "json_schema"
    }

    /// Writes `output_config`: how much the model thinks, and the schema of its answer.
    private static func writeOutput(_ fields: RequestFields, to body: inout EngineBody) throws {
        guard fields.value("output_config") != nil else { return }
        let output = try fields.object("output_config")
        if output.value("effort") != nil {
            let effort: Effort = try output.choice("effort", default: nil)
            body.next("reasoning_effort")
            // Chat templates know no more.
            body.write(string: effort == .xhigh || effort == .max ? Effort.high.rawValue : effort.rawValue)
        }
        guard output.value("format") != nil else { return }
        let format = try output.object("format")
        let _: Format = try format.choice("type", default: nil)
        let schema = try format.object("schema").values
        try GrammarBounds.check(schema: schema, format.fullName("schema"))
        body.next("response_format")
        body.begin("{")
        body.next("type")
        body.write(string: "json_schema")
        body.next("json_schema")
        body.begin("{")
        body.next("name")
        body.write(string: "answer")
        body.next("schema")
        body.write(schema)
        body.end("}")
        body.end("}")
    }
}

extension EngineBody {
    /// Writes a member as the client did, if it is there.
    mutating func copy(_ name: String, of fields: RequestFields) {
        guard let value = fields.value(name) else { return }
        next(name)
        write(value)
    }
}
