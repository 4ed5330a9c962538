import ModelFormats
import RoostCore

/// The conversation of a request to `/v1/messages`, in the form of chat completions.
///
/// Messages of one author that follow each other are one turn, as in Anthropic's API and as most chat templates require. A
/// system message within the conversation, such as Claude Code's about the tokens left, stays in its place, in the user's
/// turn: moved to the begin, it would change the prompt from there on with each request.
struct MessageTurns {
    private struct Turn {
        let isUser: Bool
        var blocks: [MessageBlock]
    }

    private enum Role: String, CaseIterable {
        case user, assistant, system
    }

    private static let userBlocks: Set<MessageBlock.Kind> = [.text, .image, .document, .toolResult]
    private static let assistantBlocks: Set<MessageBlock.Kind> = [.text, .thinking, .redactedThinking, .toolUse]
    /// Between two texts of one turn.
    private static let separator = "\n"

    private var system: [String] = []
    private var turns: [Turn] = []

    /// Reads `system` and `messages`.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field.
    init(_ fields: RequestFields) throws {
        if fields.value("system") != nil { system = Self.texts(try MessageBlock.blocks("system", of: fields, [.text])) }
        for message in try fields.objects("messages", count: 1...10_000) {
            let role: Role = try message.choice("role", default: nil)
            let blocks = try MessageBlock.blocks("content", of: message, role == .assistant ? Self.assistantBlocks : Self.userBlocks)
            if role == .system, turns.isEmpty {
                system += Self.texts(blocks)
            } else if let last = turns.last, last.isUser == (role != .assistant) {
                turns[turns.count - 1].blocks += blocks
            } else {
                turns.append(Turn(isUser: role != .assistant, blocks: blocks))
            }
        }
        system = system.map { String(BillingHeader.removed(from: $0)) }.filter { !$0.isEmpty }
        if turns.isEmpty { throw fields.refusal(of: "messages", "must have a message of the user.") }
    }

    /// Writes the array of messages.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` for an image that engines cannot decode.
    func write(to body: inout EngineBody) throws {
        body.begin("[")
        if !system.isEmpty {
            body.beginMessage("system")
            body.next("content")
            body.write(text: system.joined(separator: Self.separator))
            body.end("}")
        }
        for turn in turns {
            if turn.isUser { try Self.write(user: turn.blocks, to: &body) } else { Self.write(assistant: turn.blocks, to: &body) }
        }
        body.end("]")
    }

    /// Writes a user's turn: what tools returned, each as a message of its own, and the rest between.
    private static func write(user blocks: [MessageBlock], to body: inout EngineBody) throws {
        var said: [MessageBlock] = []
        func writeSaid() throws {
            guard !said.isEmpty else { return }
            body.beginMessage("user")
            try write(content: said, to: &body)
            body.end("}")
            said = []
        }
        for block in blocks {
            guard case .toolResult(let id, let content) = block else {
                said.append(block)
                continue
            }
            try writeSaid()
            body.beginMessage("tool")
            body.next("tool_call_id")
            body.write(text: id)
            try write(content: content, to: &body)
            body.end("}")
        }
        try writeSaid()
    }

    /// Writes texts as one string, and texts with images as parts.
    private static func write(content blocks: [MessageBlock], to body: inout EngineBody) throws {
        body.next("content")
        let texts = texts(blocks)
        guard texts.count < blocks.count else { return body.write(text: texts.joined(separator: separator)) }
        body.begin("[")
        for block in blocks {
            switch block {
            case .image(let data, let name, let field):
                body.beginPart("image_url")
                body.begin("{")
                body.next("url")
                body.write(string: try body.media.image(base64: data, name, field: field))
                body.end("}")
            case .text(let text):
                body.beginPart("text")
                body.write(text: text)
            case .thinking, .toolUse, .toolResult: continue
            }
            body.end("}")
        }
        body.end("]")
    }

    private static func write(assistant blocks: [MessageBlock], to body: inout EngineBody) {
        guard !blocks.isEmpty else { return }
        body.beginMessage("assistant")
        body.next("content")
        // The model wrote them as one text.
        body.write(text: texts(blocks).joined())
        let thoughts = blocks.compactMap { if case .thinking(let text) = $0 { text } else { nil } }
        if !thoughts.isEmpty {
            body.next("reasoning_content")
            body.write(text: thoughts.joined(separator: separator))
        }
        let calls = blocks.filter { if case .toolUse = $0 { true } else { false } }
        if !calls.isEmpty {
            body.next("tool_calls")
            body.begin("[")
            for case .toolUse(let id, let name, let input) in calls { body.writeCall(id, name, input) }
            body.end("]")
        }
        body.end("}")
    }

    private static func texts(_ blocks: [MessageBlock]) -> [String] {
        blocks.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }
}

extension EngineBody {
    fileprivate mutating func beginMessage(_ role: String) {
        next(nil)
        begin("{")
        next("role")
        write(string: role)
    }

    /// Begins a part of a content up to its one value, which has the name of its type.
    fileprivate mutating func beginPart(_ type: String) {
        next(nil)
        begin("{")
        next("type")
        write(string: type)
        next(type)
    }

    fileprivate mutating func writeCall(_ id: String, _ name: String, _ input: JSONValue) {
        next(nil)
        begin("{")
        next("id")
        write(text: id)
        next("type")
        write(string: "function")
        next("function")
        begin("{")
        next("name")
        write(text: name)
        next("arguments")
        var arguments: [UInt8] = []
        input.write(to: &arguments)
        write(text: String(decoding: arguments, as: UTF8.self))
        end("}")
        end("}")
    }
}
