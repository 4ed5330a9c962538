import ModelFormats
import RoostCore

/// Which of its tools a model may or must call.
///
/// llama-server knows three words and silently treats everything else as `auto`. So a choice of some tools becomes a list of
/// only these, and a choice of one the word `required`. Functions, the older form of tools, become tools.
struct ToolChoice {
    private static let mostTools = 128

    /// The word for the engine.
    let word: String
    /// The names of the tools that the engine gets; `nil` for all.
    private let names: Set<String>?

    /// Reads `tool_choice`, or `function_call` in a body with `functions`.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(_ fields: RequestFields) throws {
        let field = fields.value("tool_choice") == nil ? "function_call" : "tool_choice"
        guard let value = fields.value(field) else {
            (word, names) = ("auto", nil)
            return
        }
        if let word = value.string {
            let words = field == "tool_choice" ? ["auto", "none", "required"] : ["auto", "none"]
            guard words.contains(word) else {
                throw fields.refusal(of: field, "must be one of \(words.joined(separator: ", ")), or name a tool; it is \(value.describedForPeople).")
            }
            (self.word, names) = (word, nil)
            return
        }
        let choice = try fields.object(field)
        if field == "function_call" {
            (word, names) = ("required", [try choice.string("name", maxBytes: 256)])
        } else if choice.value("type")?.string == "allowed_tools" {
            let allowed = try choice.object("allowed_tools")
            let mode = allowed.value("mode")?.string ?? ""
            guard ["auto", "required"].contains(mode) else { throw allowed.refusal(of: "mode", "must be one of auto, required.") }
            let tools = try allowed.objects("tools", count: 1...Self.mostTools)
            (word, names) = (mode, Set(try tools.map { try $0.object("function").string("name", maxBytes: 256) }))
        } else {
            guard choice.value("type")?.string == "function" else {
                throw fields.refusal(
                    of: field, "must be auto, none, required, or an object such as {\"type\":\"function\",\"function\":{\"name\":\"…\"}}.")
            }
            (word, names) = ("required", [try choice.object("function").string("name", maxBytes: 256)])
        }
    }

    private func allows(_ function: RequestFields) -> Bool { names.map { $0.contains(function.value("name")?.string ?? "") } ?? true }

    /// Refuses a choice of a tool that there is not.
    private func check(_ given: [String], _ fields: RequestFields) throws {
        guard let missing = names?.subtracting(given).sorted().first else { return }
        let field = fields.value("tool_choice") == nil ? "function_call" : "tool_choice"
        throw fields.refusal(of: field, "names \(missing.quotedForPeople), which is not among the tools of the request.")
    }
}

extension ToolChoice {
    /// Writes `tools`: those that the model may call.
    @Sendable static func write(tools value: JSONValue, _ fields: RequestFields, _ body: inout EngineBody) throws {
        let (choice, tools) = (try ToolChoice(fields), try fields.objects("tools", count: 0...mostTools))
        let functions = try tools.map { tool in
            if let type = tool.value("type"), type.string != "function" {
                throw tool.refusal(of: "type", "must be function; it is \(type.describedForPeople).")
            }
            return try tool.object("function")
        }
        try choice.check(functions.compactMap { $0.value("name")?.string }, fields)
        body.next("tools")
        body.begin("[")
        for (tool, function) in zip(tools, functions) {
            _ = try function.string("name", maxBytes: 256)
            guard choice.allows(function) else { continue }
            body.next(nil)
            try FieldRule.write(tool, FieldRule.tool, to: &body)
        }
        body.end("]")
    }

    /// Writes `functions` as `tools`.
    @Sendable static func write(functions value: JSONValue, _ fields: RequestFields, _ body: inout EngineBody) throws {
        guard fields.value("tools") == nil else { throw fields.refusal(of: "functions", "must not stand beside `tools`, which replaces it.") }
        let (choice, functions) = (try ToolChoice(fields), try fields.objects("functions", count: 1...mostTools))
        try choice.check(functions.compactMap { $0.value("name")?.string }, fields)
        body.next("tools")
        body.begin("[")
        for function in functions {
            _ = try function.string("name", maxBytes: 256)
            guard choice.allows(function) else { continue }
            body.next(nil)
            body.begin("{")
            body.next("type")
            body.write(string: "function")
            body.next("function")
            try FieldRule.write(function, FieldRule.function, to: &body)
            body.end("}")
        }
        body.end("]")
    }

    /// Writes `function_call` as `tool_choice`; of both the newer one counts.
    @Sendable static func write(older value: JSONValue, _ fields: RequestFields, _ body: inout EngineBody) throws {
        if fields.value("tool_choice") == nil { try write(choice: value, fields, &body) }
    }

    /// Writes `tool_choice`.
    @Sendable static func write(choice value: JSONValue, _ fields: RequestFields, _ body: inout EngineBody) throws {
        let choice = try ToolChoice(fields)
        if choice.word == "required", fields.value("tools")?.list.isEmpty ?? true, fields.value("functions") == nil {
            throw fields.refusal(of: fields.value("tool_choice") == nil ? "function_call" : "tool_choice", "needs `tools` to choose from.")
        }
        body.next("tool_choice")
        body.write(string: choice.word)
    }
}
