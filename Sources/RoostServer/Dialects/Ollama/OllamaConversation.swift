import HTTPServing
import ModelFormats
import NIOCore
import RoostCore

/// Writes Ollama's messages in OpenAI's form. Their values are checked again there, so that both have the same limits.
struct OllamaConversation {
    private enum Role: String, CaseIterable {
        case system, user, assistant, tool
    }

    private static let mostImages = 16
    private static let mostCalls = 128
    /// The most calls that wait for an answer; of more, the oldest are taken for calls that get none.
    private static let mostOpen = 2 * mostCalls

    /// The ids of the calls that no message has answered yet, with their tools.
    private var open: [(id: String, tool: String)] = []
    private var calls = 0

    /// Writes a message of `POST /api/chat`.
    mutating func write(_ message: RequestFields, to body: inout EngineBody) throws {
        let role: Role = try message.choice("role", default: nil)
        body.begin("{")
        body.next("role")
        body.write(string: role.rawValue)
        try Self.write(content: message.value("content"), images: message, to: &body)
        if let thinking = message.value("thinking") {
            guard thinking.isString else { throw message.refusal(of: "thinking", "must be a string; it is \(thinking.describedForPeople).") }
            body.next("reasoning_content")
            body.write(thinking)
        }
        if let calls = message.value("tool_calls"), calls.elements?.count ?? 1 > 0 { try write(calls: message, to: &body) }
        if role == .tool { try write(answer: message, to: &body) }
        body.end("}")
    }

    /// Writes a message's text and images.
    ///
    /// - Parameters:
    ///   - content: The text; `nil` for none.
    ///   - fields: The object with the field `images`.
    ///   - body: The body.
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field.
    static func write(content: JSONValue?, images fields: RequestFields, to body: inout EngineBody) throws {
        if let content, !content.isString { throw fields.refusal(of: "content", "must be a string; it is \(content.describedForPeople).") }
        let images = try Self.images(fields)
        body.next("content")
        guard !images.isEmpty else {
            if let content { body.write(content) } else { body.write(string: "") }
            return
        }
        body.begin("[")
        body.next(nil)
        body.write(json: #"{"type":"text","text":"#.utf8)
        if let content { body.write(content) } else { body.write(string: "") }
        body.write(json: "}".utf8)
        for image in images {
            body.next(nil)
            body.write(json: #"{"type":"image_url","image_url":{"url":"#.utf8)
            // The true format is found in the image itself.
            body.write(text: image.hasPrefix("data:") ? image : "data:image/png;base64,\(image)")
            body.write(json: "}}".utf8)
        }
        body.end("]")
    }

    private static func images(_ fields: RequestFields) throws -> [String] {
        guard let value = fields.value("images") else { return [] }
        guard let elements = value.elements, elements.count <= mostImages else {
            throw fields.refusal(of: "images", "must be an array of at most \(mostImages) images in base64; it is \(value.describedForPeople).")
        }
        return try elements.enumerated().map { index, image in
            guard let text = image.string else {
                throw fields.refusal(of: "images[\(index)]", "must be an image in base64; it is \(image.describedForPeople).")
            }
            return text
        }
    }

    /// Writes an assistant's calls. Ollama's arguments are an object, OpenAI's a text with JSON.
    private mutating func write(calls message: RequestFields, to body: inout EngineBody) throws {
        let list = try message.objects("tool_calls", count: 0...Self.mostCalls)
        body.next("tool_calls")
        body.begin("[")
        for call in list {
            let function = try call.object("function")
            let name = try function.string("name", maxBytes: 256)
            let arguments = function.value("arguments")
            guard arguments?.members != nil || arguments == nil else {
                throw function.refusal(of: "arguments", "must be an object; it is \(arguments?.describedForPeople ?? "missing").")
            }
            var json: [UInt8] = []
            if let arguments { arguments.write(to: &json) } else { json = Array("{}".utf8) }
            let id = try call.value("id") == nil ? "call_\(calls)" : call.string("id", maxBytes: 256)
            calls += 1
            if open.count == Self.mostOpen { open.removeFirst() }
            open.append((id, name))
            body.next(nil)
            body.begin("{")
            body.next("id")
            body.write(text: id)
            body.next("type")
            body.write(string: "function")
            body.next("function")
            body.begin("{")
            body.next("name")
            body.write(text: name)
            body.next("arguments")
            body.write(text: String(decoding: json, as: UTF8.self))
            body.end("}")
            body.end("}")
        }
        body.end("]")
    }

    /// Writes which call a tool's message answers: the one that it names, otherwise the first open one of its tool.
    private mutating func write(answer message: RequestFields, to body: inout EngineBody) throws {
        let field = message.value("tool_name") == nil ? "name" : "tool_name"
        let tool = message.value(field) == nil ? nil : try message.string(field, maxBytes: 256)
        let named = message.value("tool_call_id") == nil ? nil : try message.string("tool_call_id", maxBytes: 256)
        let place = open.firstIndex { call in named.map { $0 == call.id } ?? (tool == nil || call.tool == tool) }
        let call = place.map { open.remove(at: $0) }
        if let tool = tool ?? call?.tool {
            body.next("name")
            body.write(text: tool)
        }
        if let id = named ?? call?.id {
            body.next("tool_call_id")
            body.write(text: id)
        }
    }
}
