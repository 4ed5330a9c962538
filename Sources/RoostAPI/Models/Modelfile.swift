package import RoostCore

/// A Modelfile: what a model is made from, and how it answers. The format is Ollama's (docs/modelfile of that program).
package struct Modelfile: Sendable, Hashable {
    /// The most bytes of a Modelfile.
    package static let byteLimit = 1 << 20

    /// What `FROM` names: a model, or the paths of a GGUF file and its projector.
    package let sources: [String]
    /// The system prompt, the template and the parameters.
    package let preset: ModelPreset
    /// Instructions that change nothing here, in capitals, such as `LICENSE`.
    package let ignored: [String]

    /// Parses a Modelfile.
    ///
    /// - Parameter text: The text, of at most `byteLimit` bytes.
    /// - Throws: `RoostError` with code `invalidRequest` that names the line.
    package init(parsing text: String) throws {
        guard text.utf8.count <= Self.byteLimit else { throw RoostError(.invalidRequest, "The Modelfile is larger than \(Self.byteLimit) bytes.") }
        var reader = Reader(lines: text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline))
        var (sources, ignored, preset, parameters) = ([String](), [String](), ModelPreset(), [(name: String, text: String)]())
        while let (name, rest) = reader.next() {
            switch name.uppercased() {
            case "FROM": sources.append(try reader.value(rest))
            case "SYSTEM": preset.system = try reader.value(rest)
            case "TEMPLATE": preset.template = try reader.value(rest)
            case "PARAMETER":
                let (name, rest) = Reader.split(rest)
                parameters.append((String(name), try reader.value(rest)))
            case "LICENSE", "REQUIRES":
                _ = try reader.value(rest)
                ignored.append(name.uppercased())
            case "ADAPTER": throw reader.fault("ADAPTER is not supported: models are loaded without adapters.")
            case "MESSAGE":
                throw reader.fault("MESSAGE is not supported: a model here has a system prompt and parameters; put examples into the prompt.")
            default:
                throw reader.fault(
                    "\(String(name).quotedForPeople) is no instruction; the known ones are FROM, SYSTEM, PARAMETER, TEMPLATE and LICENSE.")
            }
        }
        guard !sources.isEmpty else {
            throw RoostError(.invalidRequest, "The Modelfile has no FROM; write FROM and the name of a model, or the path of a GGUF file.")
        }
        preset.parameters = ModelPreset.parameters(parameters)
        (self.sources, self.ignored, self.preset) = (sources, ignored, preset)
    }
}

extension Modelfile {
    /// Goes through the lines.
    private struct Reader {
        let lines: [Substring]
        /// The index of the next line.
        private var position = 0
        /// The number of the line with the last instruction.
        private var number = 0

        init(lines: [Substring]) { self.lines = lines }

        /// Returns the next instruction and what follows it in its line; `nil` at the end.
        mutating func next() -> (name: Substring, rest: Substring)? {
            while position < lines.count {
                let line = lines[position].drop(while: \.isWhitespace)
                position += 1
                guard !line.isEmpty, line.first != "#" else { continue }
                number = position
                return Self.split(line)
            }
            return nil
        }

        /// Returns the first word and what follows it.
        static func split(_ line: Substring) -> (Substring, Substring) {
            let word = line.prefix { !$0.isWhitespace }
            return (word, line[word.endIndex...].drop(while: \.isWhitespace))
        }

        /// Returns a value: the rest of the line, or, in quotes or three of them, what stands between them, which may have several lines.
        mutating func value(_ rest: Substring) throws -> String {
            guard let quote = ["\"\"\"", "\""].first(where: rest.hasPrefix) else {
                let text = Self.trimmed(rest)
                guard !text.isEmpty else { throw fault("The instruction has no value.") }
                return String(text)
            }
            var text = String(rest)
            while true {
                let whole = Self.trimmed(text[...])
                if whole.utf8.count >= 2 * quote.utf8.count, whole.hasSuffix(quote) {
                    return String(whole.dropFirst(quote.count).dropLast(quote.count))
                }
                guard position < lines.count else { throw fault("The quotes that begin here do not end.") }
                text += "\n" + lines[position]
                position += 1
            }
        }

        private static func trimmed(_ text: Substring) -> Substring {
            var text = text
            while text.last?.isWhitespace ?? false { text.removeLast() }
            return text
        }

        func fault(_ sentence: String) -> RoostError { RoostError(.invalidRequest, "Line \(number) of the Modelfile: \(sentence)") }
    }
}
