import ModelFormats
import RoostCore

/// The roles in OpenAI's API; `function` is the older one of `tool`.
enum OpenAIRole: String, CaseIterable {
    case system, developer, user, assistant, tool, function
}

/// The rules for a message of `POST /v1/chat/completions` that concern several fields.
enum CompletionMessage {
    private static let mostParts = 1000
    private static let deepestArguments = 64

    /// The fields of a message that are passed on.
    static let rules: FieldRule.Rules = [
        ("role", .written(write(role:_:_:))), ("content", .content), ("name", .written(write(name:_:_:))), ("tool_call_id", .text(256)),
        ("reasoning_content", .text(4 << 20)),
        ("tool_calls", .objects(0...128, call, { _ in })), ("function_call", .written(write(functionCall:_:_:))),
    ]

    private static let call: FieldRule.Rules = [
        ("id", .text(256)), ("type", .word(["function"])), ("function", .object([("name", .text(256)), ("arguments", arguments)])),
    ]

    private static let arguments = FieldRule.json(JSONBound(bytes: 1 << 20, values: 1, depth: 0), check(arguments:_:))

    /// Refuses a message without content, except an assistant's with tool calls.
    static func check(_ message: RequestFields) throws {
        let role: OpenAIRole = try message.choice("role", default: nil)
        let isCall = role == .assistant && (message.value("tool_calls") != nil || message.value("function_call") != nil)
        guard message.value("content") != nil || isCall else {
            throw message.refusal(of: "content", "is missing; it must be a string, or an array of parts.")
        }
    }

    /// Writes a role; that of a function is a tool's now.
    @Sendable private static func write(role value: JSONValue, _ message: RequestFields, _ body: inout EngineBody) throws {
        let role: OpenAIRole = try message.choice("role", default: nil)
        body.next("role")
        body.write(string: (role == .function ? .tool : role).rawValue)
    }

    /// Writes a name; that of a function is the id of its call.
    @Sendable private static func write(name value: JSONValue, _ message: RequestFields, _ body: inout EngineBody) throws {
        let name = try message.string("name", maxBytes: 256)
        body.next(message.value("role")?.string == OpenAIRole.function.rawValue ? "tool_call_id" : "name")
        body.write(text: name)
    }

    /// Writes an assistant's call of a function as that of a tool.
    @Sendable private static func write(functionCall value: JSONValue, _ message: RequestFields, _ body: inout EngineBody) throws {
        guard message.value("tool_calls") == nil else { return }
        let function = try message.object("function_call")
        let name = try function.string("name", maxBytes: 256)
        body.next("tool_calls")
        body.begin("[")
        body.next(nil)
        body.begin("{")
        body.next("id")
        body.write(text: name)
        body.next("type")
        body.write(string: "function")
        body.next("function")
        try FieldRule.write(function, [("name", .text(256)), ("arguments", arguments)], to: &body)
        body.end("}")
        body.end("]")
    }

    /// Writes a content: a string, or parts that are texts, images or sounds.
    static func write(content: JSONValue, _ name: String, to body: inout EngineBody) throws {
        if content.isString { return body.write(content) }
        guard let parts = content.elements, (1...mostParts).contains(parts.count) else {
            throw RoostError(
                .invalidRequest, "`\(name)` must be a string, or an array of 1 to \(mostParts) parts; it is \(content.describedForPeople).",
                field: name)
        }
        body.begin("[")
        for (index, part) in parts.enumerated() {
            let name = "\(name)[\(index)]"
            guard part.members != nil else {
                throw RoostError(.invalidRequest, "`\(name)` must be an object; it is \(part.describedForPeople).", field: name)
            }
            body.next(nil)
            body.begin("{")
            try write(part: part, name, to: &body)
            body.end("}")
        }
        body.end("]")
    }

    private static func write(part: JSONValue, _ name: String, to body: inout EngineBody) throws {
        let type = part["type"]?.string
        switch type {
        case "text":
            guard let text = part["text"], text.isString else {
                throw RoostError(.invalidRequest, "`\(name).text` must be a string.", field: "\(name).text")
            }
            body.write(type: "text")
            body.next("text")
            body.write(text)
        case "image_url": body.write(medium: "image_url", "url", try body.media.image(part, name))
        case "input_audio": body.write(medium: "input_audio", "data", try body.media.sound(part, name))
        default:
            throw RoostError(
                .invalidRequest,
                "`\(name).type` must be text, image_url or input_audio; it is \(part["type"]?.describedForPeople ?? "missing"). Videos and files are not supported.",
                field: "\(name).type")
        }
    }

    @Sendable private static func check(arguments value: JSONValue, _ name: String) throws {
        guard let text = value.string else {
            throw RoostError(.invalidRequest, "`\(name)` must be a string that holds JSON; it is \(value.describedForPeople).", field: name)
        }
        // Chat templates parse the text as JSON.
        guard GrammarBounds.nesting(of: text) <= deepestArguments else {
            throw RoostError(
                .invalidRequest, "`\(name)` may have at most \(deepestArguments) arrays and objects inside each other; it has more.", field: name)
        }
    }
}

extension EngineBody {
    fileprivate mutating func write(type: String) {
        next("type")
        write(string: type)
    }

    /// Writes an image or a sound: its type, and an object of that name with the data.
    fileprivate mutating func write(medium type: String, _ field: String, _ data: [UInt8]) {
        write(type: type)
        next(type)
        begin("{")
        next(field)
        write(string: data)
        end("}")
    }
}
