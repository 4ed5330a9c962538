public import Foundation
import RoostCore

/// `config.json`: the shape of a model, as transformers reads it. What it does not say, the model's class does.
public struct ModelConfig: Sendable {
    /// The class of the model, such as `LlamaForCausalLM`.
    public let className: String
    private let values: [String: ConfigValue]
    private var defaults: [String: ConfigValue] = [:]

    /// Reads a configuration.
    ///
    /// - Parameter json: The bytes of `config.json`.
    /// - Throws: `RoostError` with code `invalidModelFile`, or `unsupportedModel` when it names no class.
    public init(parsing json: Data) throws {
        let root = try ConfigValue.members(of: json, name: "config.json")
        // A model that also sees or hears keeps what we need one level down.
        let text = root["text_config"]?.members ?? [:]
        values = root.merging(text) { _, inner in inner }
        let names = text["architectures"]?.elements ?? root["architectures"]?.elements
        guard let name = names?.first?.string else {
            throw RoostError(
                .unsupportedModel,
                "\"config.json\" does not name the model's architecture, so it cannot be converted. \(Architecture.supportedSentence)")
        }
        className = name
    }

    /// The same configuration with values for the keys that it lacks.
    func with(defaults: [String: ConfigValue]) -> ModelConfig {
        var copy = self
        copy.defaults = defaults
        return copy
    }

    /// A value; what is `null` is as good as missing.
    subscript(_ key: String) -> ConfigValue? {
        guard let value = values[key] else { return defaults[key].flatMap { $0 == .null ? nil : $0 } }
        return value == .null ? nil : value
    }

    /// Whether a key is there and `null`, which turns off what its class would do without it.
    func isNull(_ key: String) -> Bool { values[key] == .null }

    /// Whether a key is missing, so that its class's value counts.
    func isDefault(_ key: String) -> Bool { values[key] == nil }

    /// A positive whole number that fits GGUF's `u32`.
    ///
    /// - Parameter keys: Spellings; the first that is there counts.
    /// - Returns: The number.
    /// - Throws: `RoostError` when none is there, or it is something else.
    func count(_ keys: String...) throws -> Int {
        guard let value = try countIfPresent(keys) else { throw missing(keys[0]) }
        return value
    }

    /// A positive whole number that may be missing.
    func countIfPresent(_ keys: String...) throws -> Int? { try countIfPresent(keys) }

    private func countIfPresent(_ keys: [String]) throws -> Int? {
        guard let key = keys.first(where: { self[$0] != nil }), let value = self[key] else { return nil }
        guard case .integer(let count) = value, (1...Int(UInt32.max)).contains(count) else { throw wrong(key, "a positive whole number") }
        return count
    }

    /// A number.
    func number(_ key: String) throws -> Float {
        guard let value = try numberIfPresent(key) else { throw missing(key) }
        return value
    }

    /// A number that may be missing.
    func numberIfPresent(_ key: String) throws -> Float? {
        guard let value = self[key] else { return nil }
        guard let number = value.number, number.isFinite, abs(number) <= Double(Float.greatestFiniteMagnitude) else { throw wrong(key, "a number") }
        return Float(number)
    }

    /// Yes or no.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - fallback: What a missing key means.
    /// - Returns: The flag.
    /// - Throws: `RoostError` when it is something else; 1 is not yes.
    func flag(_ key: String, or fallback: Bool) throws -> Bool {
        guard let value = self[key] else { return fallback }
        guard case .bool(let flag) = value else { throw wrong(key, "true or false") }
        return flag
    }

    /// Size of an attention head: given, or the hidden size over the heads.
    func headSize() throws -> Int { try countIfPresent("head_dim") ?? count("hidden_size") / count("num_attention_heads") }

    private func missing(_ key: String) -> RoostError {
        RoostError(.invalidModelFile, "\"config.json\" lacks \(key.quotedForPeople), without which the model cannot be converted.")
    }

    private func wrong(_ key: String, _ expected: String) -> RoostError {
        RoostError(.invalidModelFile, "\(key.quotedForPeople) in \"config.json\" is not \(expected).")
    }
}
