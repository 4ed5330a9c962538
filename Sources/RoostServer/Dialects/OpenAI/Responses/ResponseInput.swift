import ModelFormats
import RoostCore

/// The items of a response's input.
struct ResponseInput: Sendable {
    /// The most items of a request, and of the responses that it continues together.
    static let mostItems = 10_000

    /// The items in order, each with an id.
    private(set) var items: [JSONText] = []

    /// Reads `input`: a text, or items.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    init(_ fields: RequestFields) throws {
        guard let input = fields.value("input") else { throw fields.refusal(of: "input", "is missing; it must be a text, or an array of items.") }
        if input.isString {
            items = [Self.message(input)]
        } else {
            let objects = try fields.objects("input", count: 1...Self.mostItems)
            items = try objects.map(Self.item)
        }
    }

    /// Creates the input from stored items.
    init(items: [JSONText]) { self.items = items }

    /// A user's text as an item.
    private static func message(_ text: JSONValue) -> JSONText {
        var body = EngineBody()
        body.begin("{")
        body.next("id")
        body.write(string: ResponseID.message.make())
        body.next("type")
        body.write(string: "message")
        body.next("role")
        body.write(string: "user")
        body.next("status")
        body.write(string: "completed")
        body.next("content")
        write(content: text, type: "input_text", to: &body)
        body.end("}")
        return JSONText(bytes: body.bytes)
    }

    private static func write(content: JSONValue, type: String, to body: inout EngineBody) {
        guard content.isString else { return body.write(content) }
        body.begin("[")
        body.next(nil)
        body.begin("{")
        body.next("type")
        body.write(string: type)
        body.next("text")
        body.write(content)
        body.end("}")
        body.end("]")
    }

    /// An item of a client, in the form in which it is stored and shown.
    private static func item(_ fields: RequestFields) throws -> JSONText {
        let type = fields.value("type")?.string ?? (fields.value("role") == nil ? "" : "message")
        guard let kind = ResponseItemKind(rawValue: type) else {
            let advice = type == "item_reference" ? "send the item itself, or continue its response with `previous_response_id`" : "leave it out"
            throw fields.refusal(of: "type", "must be one of \(ResponseItemKind.listed); \(advice). It is \(type.quotedForPeople).")
        }
        try kind.check(fields)
        var body = EngineBody()
        body.begin("{")
        body.next("id")
        if let id = fields.value("id") { body.write(id) } else { body.write(string: kind.id.make()) }
        body.next("type")
        body.write(string: type)
        if fields.value("status") == nil, kind != .reasoning {
            body.next("status")
            body.write(string: "completed")
        }
        if let members = fields.values.members { write(members, of: fields, kind, to: &body) }
        body.end("}")
        return JSONText(bytes: body.bytes)
    }

    /// Writes what the client gave, except what is written already.
    private static func write(_ members: JSONMembers, of fields: RequestFields, _ kind: ResponseItemKind, to body: inout EngineBody) {
        for (key, value) in members {
            guard let name = key.string, !["id", "type"].contains(name), !(name == "status" && value.isNull) else { continue }
            body.next(text: name)
            if kind == .message, name == "content" {
                write(content: value, type: fields.value("role")?.string == "assistant" ? "output_text" : "input_text", to: &body)
            } else {
                body.write(value)
            }
        }
    }
}
