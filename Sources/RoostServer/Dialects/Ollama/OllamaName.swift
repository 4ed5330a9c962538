import Foundation
import ModelFormats
import RoostCore

/// A model's name as Ollama's clients write it.
enum OllamaName {
    private static let registries = ["registry.ollama.ai/", "ollama.com/"]

    /// Parses a name: `smollm2`, `smollm2:135m`, `library/smollm2:latest`, `registry.ollama.ai/library/smollm2`,
    /// `hf.co/org/name:QUANT`, and Roost's own forms. `:latest` names no quantisation.
    ///
    /// - Parameter text: The client's text; untrusted.
    /// - Returns: The reference. Whether there is such a model, or an alias, the catalog knows.
    /// - Throws: `RoostError` with code `invalidRequest`.
    static func reference(parsing text: String) throws -> ModelReference {
        var rest = text[...]
        for scheme in ["https://", "http://"] where registries.contains(where: { rest.lowercased().hasPrefix(scheme + $0) }) {
            rest = rest.dropFirst(scheme.count)
        }
        if let registry = registries.first(where: { rest.lowercased().hasPrefix($0) }) { rest = rest.dropFirst(registry.count) }
        if rest.lowercased().hasPrefix("library/") { rest = rest.dropFirst("library/".count) }
        return try ModelReference(parsing: String(rest))
    }

    /// Returns a model's name in listings. Ollama's names always have a tag.
    static func listed(_ reference: ModelReference) -> String { reference.variant == nil ? "\(reference):latest" : reference.description }
}

extension RequestFields {
    /// Returns the model in the field `model`, or `name` as older clients call it.
    func ollamaModel(_ field: String = "model") throws -> (name: String, reference: ModelReference) {
        let field = value(field) == nil && value("name") != nil ? "name" : field
        let text = try string(field, maxBytes: ModelReference.byteLimit)
        return (text, try OllamaName.reference(parsing: text))
    }

    /// Returns the time that a model stays in memory, in Ollama's forms: seconds, or a duration of Go such as `10m0s`; a
    /// negative one stands for ever.
    func ollamaKeepAlive() throws -> KeepAlive? {
        guard let text = value("keep_alive")?.string else { return try optionalKeepAlive() }
        if text.isEmpty { return nil }
        return text.hasPrefix("-") && KeepAlive(parsing: String(text.dropFirst())) != nil ? .forever : try optionalKeepAlive()
    }
}
