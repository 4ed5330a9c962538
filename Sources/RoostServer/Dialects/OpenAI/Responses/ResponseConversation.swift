import ModelFormats
import RoostCore

/// Writes the items of a conversation as the messages of `/v1/chat/completions`.
///
/// What a model said and called in one turn are several items and one message. System texts at the begin, of which chat
/// templates often allow only one, become one message.
struct ResponseConversation {
    /// What an assistant's items so far make of its message.
    private struct Turn {
        var reasoning: [String] = []
        var texts: [String] = []
        var calls: [JSONValue] = []

        var isEmpty: Bool { reasoning.isEmpty && texts.isEmpty && calls.isEmpty }
    }

    private var turn = Turn()
    private var system: [String] = []
    private var isBegin = true

    /// Writes the array of messages.
    ///
    /// - Parameters:
    ///   - instructions: The text before the conversation.
    ///   - earlier: The items of the responses that this one continues.
    ///   - input: The items of the request.
    ///   - body: Receives the array.
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field.
    static func write(instructions: String?, _ earlier: [JSONText], _ input: [JSONText], to body: inout EngineBody) throws {
        var conversation = ResponseConversation()
        conversation.system = [instructions].compactMap(\.self).filter { !$0.isEmpty }
        body.begin("[")
        for (index, item) in (earlier + input).enumerated() {
            guard let value = item.value else { continue }
            try conversation.add(value, index < earlier.count ? "previous_response_id" : "input[\(index - earlier.count)]", to: &body)
        }
        conversation.endTurn(to: &body)
        conversation.endSystem(to: &body)
        body.end("]")
    }

    private mutating func add(_ item: JSONValue, _ name: String, to body: inout EngineBody) throws {
        switch item["type"]?.string.flatMap(ResponseItemKind.init(rawValue:)) {
        case .reasoning:
            let text = ResponsePart.text(of: item["content"]) ?? ""
            turn.reasoning.append(text.isEmpty ? ResponsePart.text(of: item["summary"]) ?? "" : text)
        case .functionCall, .customCall: turn.calls.append(item)
        case .functionCallOutput, .customCallOutput:
            endTurn(to: &body)
            begin(role: "tool", to: &body)
            body.next("tool_call_id")
            body.write(item["call_id"] ?? item)
            try end(content: item["output"] ?? item, "\(name).output", to: &body)
        case .message, nil:
            guard item["role"]?.string != ResponseRole.assistant.rawValue else {
                return turn.texts.append(ResponsePart.text(of: item["content"]) ?? "")
            }
            endTurn(to: &body)
            let isUser = item["role"]?.string == ResponseRole.user.rawValue
            if isBegin, !isUser { return system.append(ResponsePart.text(of: item["content"]) ?? "") }
            begin(role: isUser ? "user" : "system", to: &body)
            try end(content: item["content"] ?? item, "\(name).content", to: &body)
        }
    }

    private mutating func begin(role: String, to body: inout EngineBody) {
        endSystem(to: &body)
        body.next(nil)
        body.begin("{")
        body.next("role")
        body.write(string: role)
    }

    private func end(content: JSONValue, _ name: String, to body: inout EngineBody) throws {
        body.next("content")
        try ResponsePart.write(content, name, to: &body)
        body.end("}")
    }

    /// Writes the system texts of the begin.
    private mutating func endSystem(to body: inout EngineBody) {
        guard isBegin else { return }
        isBegin = false
        guard !system.isEmpty else { return }
        body.next(nil)
        body.begin("{")
        body.next("role")
        body.write(string: "system")
        body.next("content")
        body.write(text: system.joined(separator: "\n\n"))
        body.end("}")
    }

    /// Writes the assistant's message.
    private mutating func endTurn(to body: inout EngineBody) {
        let turn = turn
        guard !turn.isEmpty else { return }
        self.turn = Turn()
        begin(role: "assistant", to: &body)
        body.next("content")
        body.write(text: turn.texts.joined())
        let reasoning = turn.reasoning.filter { !$0.isEmpty }.joined(separator: "\n")
        if !reasoning.isEmpty {
            body.next("reasoning_content")
            body.write(text: reasoning)
        }
        if !turn.calls.isEmpty { Self.write(turn.calls, to: &body) }
        body.end("}")
    }

    private static func write(_ calls: [JSONValue], to body: inout EngineBody) {
        body.next("tool_calls")
        body.begin("[")
        for call in calls {
            body.next(nil)
            body.begin("{")
            body.next("id")
            body.write(call["call_id"] ?? call)
            body.next("type")
            body.write(string: "function")
            body.next("function")
            body.begin("{")
            body.next("name")
            body.write(call["name"] ?? call)
            body.next("arguments")
            if let input = call["input"]?.string {
                body.write(text: CustomCall.arguments(input))
            } else {
                body.write(call["arguments"] ?? call)
            }
            body.end("}")
            body.end("}")
        }
        body.end("]")
    }
}
