import RoostCore

/// A key of `config.json` that affects the computation but has no counterpart in a GGUF file. llama.cpp supports only
/// certain values of it (`src/models` of build 11434).
struct FixedKey: Sendable {
    private let key: String
    private let values: [ConfigValue]

    /// - Parameters:
    ///   - key: The key.
    ///   - values: The values for which llama.cpp computes the same as transformers, including the class's default.
    init(_ key: String, _ values: ConfigValue...) {
        self.key = key
        self.values = values
    }

    /// SiLU by its names in transformers.
    static let silu = FixedKey("hidden_act", "silu", "swish")

    /// GELU by its names in transformers. llama.cpp has a single GELU, because the variants differ by less than the
    /// precision of sixteen bits.
    static func gelu(_ key: String) -> FixedKey { FixedKey(key, "gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python") }

    /// RoPE rotates each head completely.
    static let wholeRotation = FixedKey("partial_rotary_factor", 1)

    /// Checks a configuration.
    ///
    /// - Throws: `RoostError` with code `unsupportedModel` for another value.
    func check(_ config: ModelConfig) throws {
        guard let value = config[key], !values.contains(where: { $0.means(value) }) else { return }
        throw config.computedOtherwise(
            key, "supports only \(values.map(\.plainText).joined(separator: " or ")) for models of \(config.className)")
    }
}

extension ModelConfig {
    /// The error for a configuration that llama.cpp would compute differently from transformers.
    ///
    /// - Parameters:
    ///   - key: The key of `config.json`.
    ///   - engine: The behavior of llama.cpp, as the rest of a sentence that begins with its name.
    /// - Returns: The error.
    func computedOtherwise(_ key: String, _ engine: String) -> RoostError {
        let value = (self[key] ?? .null).plainText
        let says = isDefault(key) ? "has the default \(value) for \(key.quotedForPeople)" : "has \(key.quotedForPeople): \(value)"
        return RoostError(
            .unsupportedModel, "\"config.json\" \(says), but llama.cpp \(engine). Its answers would be wrong, so the model is not converted.")
    }
}
