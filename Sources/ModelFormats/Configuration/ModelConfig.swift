public import Foundation
import RoostCore

/// The shape of a model from `config.json`, as transformers reads it. Missing values have the defaults of the model's
/// class.
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
        // A multimodal model has the required values in a nested object.
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

    /// The same configuration with values for missing keys.
    func with(defaults: [String: ConfigValue]) -> ModelConfig {
        var copy = self
        copy.defaults = defaults
        return copy
    }

    /// Returns a value; `null` counts as missing.
    subscript(_ key: String) -> ConfigValue? {
        guard let value = values[key] else { return defaults[key].flatMap { $0 == .null ? nil : $0 } }
        return value == .null ? nil : value
    }

    /// Whether the value of a key is `null`, which turns off the default of the class.
    func isNull(_ key: String) -> Bool { values[key] == .null }

    /// Whether a key is missing, so that the default of the class applies.
    func isDefault(_ key: String) -> Bool { values[key] == nil }

    /// Returns a positive integer that fits into GGUF's `u32`.
    ///
    /// - Parameter keys: The spellings of the key; the first one present counts.
    /// - Returns: The number.
    /// - Throws: `RoostError` if none is present, or the value is something else.
    func count(_ keys: String...) throws -> Int {
        guard let value = try countIfPresent(keys) else { throw missing(keys[0]) }
        return value
    }

    /// Returns a positive integer that may be missing.
    func countIfPresent(_ keys: String...) throws -> Int? { try countIfPresent(keys) }

    private func countIfPresent(_ keys: [String]) throws -> Int? {
        guard let key = keys.first(where: { self[$0] != nil }), let value = self[key] else { return nil }
        guard case .integer(let count) = value, (1...Int(UInt32.max)).contains(count) else { throw wrong(key, "a positive whole number") }
        return count
    }

    /// Returns a number.
    func number(_ key: String) throws -> Float {
        guard let value = try numberIfPresent(key) else { throw missing(key) }
        return value
    }

    /// Returns a number that may be missing.
    func numberIfPresent(_ key: String) throws -> Float? {
        guard let value = self[key] else { return nil }
        guard let number = value.number, number.isFinite, abs(number) <= Double(Float.greatestFiniteMagnitude) else { throw wrong(key, "a number") }
        return Float(number)
    }

    /// Returns a Boolean value.
    ///
    /// - Parameters:
    ///   - key: The key.
    ///   - fallback: The value if the key is missing.
    /// - Returns: The flag.
    /// - Throws: `RoostError` if the value is not Boolean; 1 is not accepted.
    func flag(_ key: String, or fallback: Bool) throws -> Bool {
        guard let value = self[key] else { return fallback }
        guard case .bool(let flag) = value else { throw wrong(key, "true or false") }
        return flag
    }

    /// The size of an attention head: the configured size, or the hidden size divided by the number of heads.
    func headSize() throws -> Int { try countIfPresent("head_dim") ?? count("hidden_size") / count("num_attention_heads") }

    private func missing(_ key: String) -> RoostError {
        RoostError(.invalidModelFile, "\"config.json\" lacks \(key.quotedForPeople), without which the model cannot be converted.")
    }

    private func wrong(_ key: String, _ expected: String) -> RoostError {
        RoostError(.invalidModelFile, "\(key.quotedForPeople) in \"config.json\" is not \(expected).")
    }
}
