import ModelFormats
import RoostCore

/// A block of a message's content.
enum MessageBlock {
    case text(String)
    /// An image in base64, with the names of its block and of its data for errors.
    case image(ArraySlice<UInt8>, name: String, field: String)
    case thinking(String)
    case toolUse(id: String, name: String, input: JSONValue)
    /// What a tool returned: texts and images.
    case toolResult(id: String, content: [MessageBlock])

    /// The most blocks of a message.
    private static let most = 10_000
    private static let longestText = 32 << 20

    /// Reads a field with a text, or with an array of blocks.
    ///
    /// - Parameters:
    ///   - name: The field's name.
    ///   - fields: The object.
    ///   - types: The types of blocks that may stand there.
    /// - Returns: The blocks.
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field.
    static func blocks(_ name: String, of fields: RequestFields, _ types: Set<Kind>) throws -> [MessageBlock] {
        guard let value = fields.value(name) else { throw fields.refusal(of: name, "is missing; it must be a string, or an array of blocks.") }
        if value.isString { return [.text(try fields.string(name, maxBytes: longestText))] }
        guard value.elements != nil else {
            throw fields.refusal(of: name, "must be a string, or an array of blocks; it is \(value.describedForPeople).")
        }
        return try fields.objects(name, count: 0...most).compactMap { try block($0, types) }
    }

    /// The types of blocks.
    enum Kind: String, CaseIterable {
        case text, image, thinking, document
        case redactedThinking = "redacted_thinking"
        case toolUse = "tool_use"
        case toolResult = "tool_result"
    }

    /// - Returns: `nil` for thoughts that only another server can read.
    private static func block(_ fields: RequestFields, _ types: Set<Kind>) throws -> MessageBlock? {
        guard let kind = fields.value("type")?.string.flatMap(Kind.init(rawValue:)), types.contains(kind) else {
            let allowed = Kind.allCases.filter(types.contains).map(\.rawValue).joined(separator: ", ")
            let given = fields.value("type")?.describedForPeople ?? "missing"
            throw fields.refusal(of: "type", "must be one of \(allowed); it is \(given). Other blocks are not supported here.")
        }
        switch kind {
        case .text: return .text(try fields.string("text", maxBytes: longestText))
        case .thinking: return .thinking(try fields.string("thinking", maxBytes: 4 << 20))
        case .redactedThinking: return nil
        case .image: return try image(fields)
        case .document: return try document(fields)
        case .toolUse:
            return .toolUse(
                id: try fields.string("id", maxBytes: 256), name: try fields.string("name", maxBytes: 256), input: try fields.object("input").values)
        case .toolResult: return try toolResult(fields)
        }
    }

    private static func image(_ fields: RequestFields) throws -> MessageBlock {
        let source = try fields.object("source")
        guard source.value("type")?.string == "base64" else {
            throw source.refusal(
                of: "type", "must be base64: engines have no network, and Roost fetches no addresses for clients. Send the image itself.")
        }
        guard let data = source.value("data")?.text?.bytes else { throw source.refusal(of: "data", "is missing; it must be an image in base64.") }
        return .image(data[...], name: String(fields.prefix.dropLast()), field: source.fullName("data"))
    }

    private static func document(_ fields: RequestFields) throws -> MessageBlock {
        let source = try fields.object("source")
        guard source.value("type")?.string == "text" else {
            throw source.refusal(of: "type", "must be text: models read no other documents here. Send the text itself.")
        }
        let title = try fields.value("title") == nil ? "" : fields.string("title", maxBytes: 4096) + "\n"
        return .text(title + (try source.string("data", maxBytes: longestText)))
    }

    private static func toolResult(_ fields: RequestFields) throws -> MessageBlock {
        let isError = try fields.bool("is_error", default: false)
        let content = fields.value("content") == nil ? [] : try blocks("content", of: fields, [.text, .image, .document])
        // Chat templates have no other place for it.
        return .toolResult(id: try fields.string("tool_use_id", maxBytes: 256), content: (isError ? [.text("Error:")] : []) + content)
    }
}
