import ModelFormats
import RoostCore

/// The tools of a request to `/v1/messages`, and which of them the model has to call.
struct MessageTools {
    private struct Tool {
        let name: String
        let description: String?
        let schema: JSONValue
    }

    private enum Choice: String, CaseIterable {
        case auto, any, tool, none

        /// The word of chat completions.
        var word: String {
            switch self {
            case .auto, .none: rawValue
            case .any, .tool: "required"
            }
        }
    }

    private var tools: [Tool] = []
    private var choice: Choice?
    /// Whether the model may call several tools at once; `nil` for the engine's default.
    private var isParallel: Bool?

    /// Reads `tools` and `tool_choice`.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field.
    init(_ fields: RequestFields) throws {
        if fields.value("tools") != nil { tools = try fields.objects("tools", count: 0...128).map(Self.tool) }
        guard fields.value("tool_choice") != nil else { return }
        let asked = try fields.object("tool_choice")
        let choice: Choice = try asked.choice("type", default: nil)
        if try asked.bool("disable_parallel_tool_use", default: false) { isParallel = false }
        if choice == .tool {
            let name = try asked.string("name", maxBytes: 256)
            // Engines cannot be told which tool to call, so they get only this one.
            tools = tools.filter { $0.name == name }
            guard !tools.isEmpty else { throw asked.refusal(of: "name", "must be the name of one of `tools`; it is \(name.quotedForPeople).") }
        }
        guard !tools.isEmpty || choice == .auto || choice == .none else {
            throw asked.refusal(of: "type", "is \(choice.rawValue), and there are no `tools` to call.")
        }
        self.choice = choice
    }

    private static func tool(_ fields: RequestFields) throws -> Tool {
        if let type = fields.value("type"), type.string != "custom" {
            throw fields.refusal(
                of: "type",
                "must be custom; it is \(type.describedForPeople). Roost runs no tools itself: describe the tool with `name`, `description` and `input_schema`, and run it in the client."
            )
        }
        let schema = try fields.object("input_schema").values
        try GrammarBounds.check(schema: schema, fields.fullName("input_schema"))
        return Tool(
            name: try fields.string("name", maxBytes: 256),
            description: fields.value("description") == nil ? nil : try fields.string("description", maxBytes: 16 << 10), schema: schema)
    }

    /// Writes the members `tools`, `tool_choice` and `parallel_tool_calls`, as far as there are any.
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
            body.begin("{")
            body.next("name")
            body.write(text: tool.name)
            if let description = tool.description {
                body.next("description")
                body.write(text: description)
            }
            body.next("parameters")
            body.write(tool.schema)
            body.end("}")
            body.end("}")
        }
        body.end("]")
        if let choice {
            body.next("tool_choice")
            body.write(string: choice.word)
        }
        if let isParallel { body.write(flag: isParallel, "parallel_tool_calls") }
    }
}
