import RoostCore

/// The chat templates of a repository, one of which may be the default.
struct ChatTemplate {
    private(set) var templates: [(name: String, text: ByteText)] = []
    /// Notes for the user about ignored templates.
    private(set) var notes: [String] = []

    /// Searches tokenizer_config.json, then chat_template.jinja with the folder additional_chat_templates, then
    /// chat_template.json. The first one with a template counts.
    ///
    /// - Throws: `RoostError` if a file cannot be read.
    init(_ source: TokenizerSource) throws {
        if let value = source.settings?["chat_template"], !value.isNull {
            read(value, from: "tokenizer_config.json")
        } else if let text = try Self.text("chat_template.jinja", source) {
            templates = [("default", text)]
            for file in source.names(in: "additional_chat_templates", ending: ".jinja") {
                guard let text = try Self.text("additional_chat_templates/\(file)", source) else { continue }
                templates.append((Self.name(String(file.dropLast(6))), text))
            }
        } else if let value = try source.json("chat_template.json")?["chat_template"], !value.isNull {
            read(value, from: "chat_template.json")
        }
        templates.removeAll { $0.name.isEmpty || $0.text.bytes.isEmpty }
    }

    /// Writes the keys.
    func write(to keys: inout TokenizerKeys) {
        var names: [ByteText] = []
        for (name, text) in templates where name != "default" {
            keys.set("tokenizer.chat_template.\(name)", .string(text))
            if !names.contains(ByteText(name)) { names.append(ByteText(name)) }
        }
        if !names.isEmpty { keys.set("tokenizer.chat_templates", .array(.string(names))) }
        if let template = templates.last(where: { $0.name == "default" }) { keys.set("tokenizer.chat_template", .string(template.text)) }
    }

    private mutating func read(_ value: JSONValue, from file: String) {
        if let text = value.text {
            templates = [("default", text)]
        } else if let choices = value.elements {
            templates = choices.compactMap { choice in
                guard let name = choice["name"]?.string, let text = choice["template"]?.text else { return nil }
                return (Self.name(name), text)
            }
        } else {
            notes.append("The chat template in \(file) is neither a text nor a list of texts with names, and is ignored.")
        }
    }

    private static func text(_ name: String, _ source: TokenizerSource) throws -> ByteText? {
        guard let bytes = try source.bytes(name, atMost: 4 << 20) else { return nil }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw RoostError(.invalidModelFile, "\(name.quotedForPeople) is not UTF-8.") }
        return ByteText(bytes: bytes)
    }

    /// The name in a form that can be a part of a key.
    private static func name(_ name: String) -> String {
        String(name.unicodeScalars.map { $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil) ? Character($0) : "_" })
    }
}
