import JobStore
import ModelFormats
import RoostCore

/// The tools of a response.
///
/// A model here calls functions, which the client runs. Free-form (`custom`) tools become functions with one text, and
/// their calls are translated back. Tools that OpenAI's servers run, such as `web_search`, are not offered to the model and
/// not repeated in the response: agents add them to every request, and work without them.
struct ResponseTools: Sendable {
    private static let mostTools = 128
    private static let longestDescription = 16 << 10

    /// A tool that the model is offered.
    struct Tool: Sendable {
        let isCustom: Bool
        let name: String
        let description: String?
        let parameters: JSONText?
        let strict: Bool?
        /// The format of a free-form tool's text.
        let format: JSONText?
    }

    let tools: [Tool]
    /// The choice as the client gave it; `nil` for `auto`.
    let choice: JSONText?

    /// Reads `tools` and `tool_choice`.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(_ fields: RequestFields) throws {
        tools = try fields.value("tools") == nil ? [] : fields.objects("tools", count: 0...Self.mostTools).compactMap(Self.tool)
        choice = try fields.value("tool_choice").map { try Self.text($0, fields.fullName("tool_choice")) }
        try checkChoice(fields)
    }

    /// The names of the free-form tools.
    var customNames: Set<String> { Set(tools.filter(\.isCustom).map(\.name)) }

    private static func tool(_ fields: RequestFields) throws -> Tool? {
        let type = try fields.string("type", maxBytes: 64)
        guard ["function", "custom"].contains(type) else { return nil }
        let name = try fields.string("name", maxBytes: 256)
        return Tool(
            isCustom: type == "custom", name: name,
            description: try fields.value("description").map { _ in try fields.string("description", maxBytes: longestDescription) },
            parameters: fields.value("parameters").map { JSONText($0) },
            strict: try fields.value("strict").map { _ in try fields.bool("strict", default: false) },
            format: try fields.value("format").map { try text($0, fields.fullName("format")) })
    }

    /// Returns a value that is repeated in each answer, and that no engine gets.
    static func text(_ value: JSONValue, _ name: String) throws -> JSONText {
        try JSONBound(bytes: 64 << 10, values: 4000, depth: 32).check(value, name)
        return JSONText(value)
    }

    private func checkChoice(_ fields: RequestFields) throws {
        guard let value = fields.value("tool_choice") else { return }
        if let word = value.string {
            guard word == "required", tools.isEmpty else { return }
            throw fields.refusal(of: "tool_choice", "needs functions or custom tools in `tools` to choose from: others do not run here.")
        }
        let choice = try fields.object("tool_choice")
        let names: [RequestFields] =
            choice.value("type")?.string == "allowed_tools" ? try choice.objects("tools", count: 1...Self.mostTools) : [choice]
        for name in names {
            guard ["function", "custom"].contains(name.value("type")?.string), let text = name.value("name")?.string,
                tools.contains(where: { $0.name == text })
            else {
                throw fields.refusal(of: "tool_choice", "may only name functions and custom tools in `tools`: others do not run here.")
            }
        }
    }
}

extension ResponseTools {
    /// Writes `tools` and `tool_choice` as `/v1/chat/completions` has them.
    func write(to body: inout EngineBody) {
        guard !tools.isEmpty else { return }
        body.next("tools")
        body.begin("[")
        for tool in tools {
            body.next(nil)
            body.begin("{")
            body.next("type")
            body.write(string: "function")
            body.next("function")
            write(tool, to: &body)
            body.end("}")
        }
        body.end("]")
        writeChoice(to: &body)
    }

    private func write(_ tool: Tool, to body: inout EngineBody) {
        body.begin("{")
        body.next("name")
        body.write(text: tool.name)
        if let text = tool.isCustom ? Self.description(ofCustom: tool) : tool.description {
            body.next("description")
            body.write(text: text)
        }
        if tool.isCustom {
            body.next("parameters")
            body.write(json: #"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"#.utf8)
        } else if let parameters = tool.parameters {
            body.next("parameters")
            body.write(json: parameters.bytes)
        }
        if let strict = tool.strict {
            body.next("strict")
            body.write(json: "\(strict)".utf8)
        }
        body.end("}")
    }

    /// What a free-form tool does, and what its text must look like, which no grammar enforces here.
    private static func description(ofCustom tool: Tool) -> String {
        let definition = tool.format?.value?["definition"]?.string.map { "\n`input` must match this grammar:\n\($0)" } ?? ""
        return ((tool.description ?? "") + definition).kept(bytes: longestDescription)
    }

    private func writeChoice(to body: inout EngineBody) {
        guard let value = choice?.value else { return }
        body.next("tool_choice")
        if value.isString { return body.write(value) }
        body.begin("{")
        body.next("type")
        if value["type"]?.string == "allowed_tools" {
            body.write(string: "allowed_tools")
            body.next("allowed_tools")
            body.begin("{")
            body.next("mode")
            body.write(text: value["mode"]?.string ?? "auto")
            body.next("tools")
            body.begin("[")
            for tool in value["tools"]?.list ?? [] {
                body.next(nil)
                body.begin("{")
                Self.writeFunction(named: tool, to: &body)
                body.end("}")
            }
            body.end("]")
            body.end("}")
        } else {
            body.write(string: "function")
            Self.writeFunction(named: value, to: &body)
        }
        body.end("}")
    }

    private static func writeFunction(named choice: JSONValue, to body: inout EngineBody) {
        body.next("function")
        body.begin("{")
        body.next("name")
        body.write(text: choice["name"]?.string ?? "")
        body.end("}")
    }
}

extension ResponseTools.Tool: Encodable {
    private enum CodingKeys: String, CodingKey { case type, name, description, parameters, strict, format }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isCustom ? "custom" : "function", forKey: .type)
        try container.encode(name, forKey: .name)
        try container.encode(description, forKey: .description)
        guard !isCustom else { return try container.encodeIfPresent(format, forKey: .format) }
        // Clients expect these two, also where they are null.
        try container.encode(parameters, forKey: .parameters)
        try container.encode(strict, forKey: .strict)
    }
}
