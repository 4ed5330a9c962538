/// A prompt template of Ollama that consists of texts, `{{ .System }}`, `{{ .Prompt }}`, `{{ .Response }}` and
/// `{{ if .Name }}…{{ else }}…{{ end }}`. Others need the messages of a conversation, which is what the template in a model's file is for.
struct OllamaTemplate: Sendable {
    private static let mostDepth = 8

    private indirect enum Part: Sendable {
        case text(String)
        case value(String)
        case choice(String, then: [Part], otherwise: [Part])
    }

    private let parts: [Part]

    /// Parses a template. The result is `nil` for one that has other actions.
    ///
    /// - Parameter text: The template; untrusted.
    init?(_ text: String) {
        var tokens = Self.tokens(in: text)[...]
        guard let parts = Self.parts(&tokens, depth: 0), tokens.isEmpty else { return nil }
        self.parts = parts
    }

    /// Returns the prompt. It ends where the answer begins.
    ///
    /// - Parameters:
    ///   - system: The system prompt.
    ///   - prompt: What the user says.
    ///   - most: The most bytes of the result.
    /// - Returns: The prompt; `nil` when it is longer.
    func prompt(system: String, prompt: String, mostBytes most: Int) -> String? {
        var result = ""
        _ = Self.write(parts, ["System": system, "Prompt": prompt], to: &result, most)
        return result.utf8.count <= most ? result : nil
    }

    private enum Token {
        case text(String)
        case action(String)
    }

    /// Splits a template into texts and actions. `{{-` and `-}}` remove the white space beside them.
    private static func tokens(in text: String) -> [Token] {
        var tokens: [Token] = []
        var rest = text[...]
        var trims = false
        while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
            var before = rest[..<open.lowerBound]
            var action = rest[open.upperBound..<close.lowerBound]
            if trims { before = before.drop(while: \.isWhitespace) }
            if action.hasPrefix("-") {
                action = action.dropFirst()
                while before.last?.isWhitespace == true { before = before.dropLast() }
            }
            trims = action.hasSuffix("-")
            if trims { action = action.dropLast() }
            if !before.isEmpty { tokens.append(.text(String(before))) }
            tokens.append(.action(action.split(whereSeparator: \.isWhitespace).joined(separator: " ")))
            rest = rest[close.upperBound...]
        }
        let last = trims ? rest.drop(while: \.isWhitespace) : rest
        return last.isEmpty ? tokens : tokens + [.text(String(last))]
    }

    private static func parts(_ tokens: inout ArraySlice<Token>, depth: Int) -> [Part]? {
        guard depth <= mostDepth else { return nil }
        var parts: [Part] = []
        while let token = tokens.first {
            switch token {
            case .text(let text): parts.append(.text(text))
            case .action("end"), .action("else"): return parts
            case .action(let action) where action.hasPrefix("if "):
                guard let name = name(action.dropFirst(3)) else { return nil }
                tokens.removeFirst()
                guard let then = Self.parts(&tokens, depth: depth + 1), let stop = tokens.first else { return nil }
                var otherwise: [Part] = []
                if case .action("else") = stop {
                    tokens.removeFirst()
                    guard let found = Self.parts(&tokens, depth: depth + 1), case .action("end")? = tokens.first else { return nil }
                    otherwise = found
                }
                parts.append(.choice(name, then: then, otherwise: otherwise))
            case .action(let action):
                guard let name = name(action[...]) else { return nil }
                parts.append(.value(name))
            }
            tokens.removeFirst()
        }
        return parts
    }

    private static func name(_ text: Substring) -> String? {
        [".System", ".Prompt", ".Response"].contains(String(text)) ? String(text.dropFirst()) : nil
    }

    /// - Returns: Whether the place of the answer was reached, or more bytes than the result may have.
    private static func write(_ parts: [Part], _ values: [String: String], to result: inout String, _ most: Int) -> Bool {
        for part in parts {
            // A value that is named a million times would fill the memory.
            if result.utf8.count > most { return true }
            switch part {
            case .text(let text): result += text
            case .value("Response"): return true
            case .value(let name): result += values[name] ?? ""
            case .choice(let name, let then, let otherwise):
                if write(values[name]?.isEmpty ?? true ? otherwise : then, values, to: &result, most) { return true }
            }
        }
        return false
    }
}
