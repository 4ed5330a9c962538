/// What an alias, or a model of an Ollama store, adds to each request that does not say it itself.
package struct ModelPreset: Sendable, Hashable, Codable {
    /// The value of a parameter.
    package enum Value: Sendable, Hashable {
        case flag(Bool)
        case number(Double)
        case text(String)
        case texts([String])
    }

    /// The system prompt of conversations that have none.
    package var system: String?
    /// A prompt template in Ollama's notation. It is kept and shown; engines use the template in the model's file.
    package var template: String?
    /// The parameters by Ollama's names, such as `temperature`.
    package var parameters: [String: Value]?

    /// Creates a preset.
    package init(system: String? = nil, template: String? = nil, parameters: [String: Value]? = nil) {
        self.system = system
        self.template = template
        self.parameters = parameters
    }

    /// Returns parameters that were typed.
    ///
    /// - Parameter pairs: Names and values; several of the name `stop` are a list, and of others the last one counts.
    /// - Returns: The parameters; `nil` without any.
    package static func parameters(_ pairs: [(name: String, text: String)]) -> [String: Value]? {
        var found: [String: Value] = [:]
        for (name, text) in pairs {
            if name == "stop" {
                if case .texts(let texts)? = found[name] { found[name] = .texts(texts + [text]) } else { found[name] = .texts([text]) }
            } else {
                found[name] = Bool(text).map { .flag($0) } ?? Double(text).map { .number($0) } ?? .text(text)
            }
        }
        return found.isEmpty ? nil : found
    }

    /// Whether it changes no request.
    package var isNeutral: Bool { system == nil && parameters?.isEmpty ?? true }

    /// Returns this preset with the values of another one where it has none itself.
    package func over(_ other: ModelPreset) -> ModelPreset {
        let both = (other.parameters ?? [:]).merging(parameters ?? [:]) { $1 }
        return ModelPreset(system: system ?? other.system, template: template ?? other.template, parameters: both.isEmpty ? nil : both)
    }
}

extension ModelPreset.Value: Codable {
    /// Decodes a value in its natural JSON form.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let texts = try? container.decode([String].self) {
            self = .texts(texts)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    /// Encodes a value in its natural JSON form.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .flag(let flag): try container.encode(flag)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .texts(let texts): try container.encode(texts)
        }
    }
}
