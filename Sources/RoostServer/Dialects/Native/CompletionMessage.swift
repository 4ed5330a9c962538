import ModelFormats
import RoostCore

/// The roles in OpenAI's API.
enum OpenAIRole: String, CaseIterable {
    case system, developer, user, assistant, tool
}

/// The rules for a message of `POST /v1/chat/completions` that concern several fields.
enum CompletionMessage {
    private static let mostParts = 1000
    private static let deepestArguments = 64

    /// The fields of a message that are passed on.
    static let rules: FieldRule.Rules = [
        ("role", .word(OpenAIRole.allCases.map(\.rawValue))), ("content", .content), ("name", .text(256)), ("tool_call_id", .text(256)),
        ("reasoning_content", .text(4 << 20)),
        ("tool_calls", .objects(0...128, call, { _ in })),
    ]

    private static let call: FieldRule.Rules = [
        ("id", .text(256)), ("type", .word(["function"])), ("function", .object([("name", .text(256)), ("arguments", arguments)])),
    ]

    private static let arguments = FieldRule.json(JSONBound(bytes: 1 << 20, values: 1, depth: 0), check(arguments:_:))

    /// Refuses a message without content, except an assistant's with tool calls.
    static func check(_ message: RequestFields) throws {
        let role: OpenAIRole = try message.choice("role", default: nil)
        guard message.value("content") != nil || (role == .assistant && message.value("tool_calls") != nil) else {
            throw message.refusal(of: "content", "is missing; it must be a string, or an array of parts.")
        }
    }

    /// Writes a content: a string, or parts that are texts. Images are not passed on, because the engine would fetch
    /// them from any URL, and no model here is loaded with a projector.
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
            guard part["type"]?.string == "text" else {
                throw RoostError(
                    .invalidRequest,
                    "`\(name).type` must be text; it is \(part["type"]?.describedForPeople ?? "missing"). Images, sound and files are not supported: Roost loads no projector.",
                    field: "\(name).type")
            }
            guard let text = part["text"], text.isString else {
                throw RoostError(.invalidRequest, "`\(name).text` must be a string.", field: "\(name).text")
            }
            body.next(nil)
            body.begin("{")
            body.next("type")
            body.write(string: "text")
            body.next("text")
            body.write(text)
            body.end("}")
        }
        body.end("]")
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
