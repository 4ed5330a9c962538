import RoostCore

/// A key of `config.json` that changes what a model computes and has no place in a GGUF file: llama.cpp computes with certain values of it only
/// (`src/models` of build 11434).
struct FixedKey: Sendable {
    private let key: String
    private let values: [ConfigValue]

    /// - Parameters:
    ///   - key: The key.
    ///   - values: The values with which llama.cpp computes the same. The class's own is among them: a missing key is right.
    init(_ key: String, _ values: ConfigValue...) {
        self.key = key
        self.values = values
    }

    /// SiLU by its names in transformers.
    static let silu = FixedKey("hidden_act", "silu", "swish")

    /// GELU by its names in transformers, which differ less than sixteen bits can tell: llama.cpp has one for all.
    static func gelu(_ key: String) -> FixedKey { FixedKey(key, "gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python") }

    /// All of a head is rotated by RoPE.
    static let wholeRotation = FixedKey("partial_rotary_factor", 1)

    /// Looks at a configuration.
    ///
    /// - Throws: `RoostError` with code `unsupportedModel` for another value.
    func check(_ config: ModelConfig) throws {
        guard let value = config[key], !values.contains(where: { $0.means(value) }) else { return }
        throw config.computedOtherwise(
            key, "computes models of \(config.className) with \(values.map(\.plainText).joined(separator: " or ")) only")
    }
}

extension ModelConfig {
    /// The error for a configuration with which llama.cpp would compute something else than transformers.
    ///
    /// - Parameters:
    ///   - key: The key of `config.json`.
    ///   - engine: What llama.cpp does: the rest of a sentence that begins with its name.
    /// - Returns: The error.
    func computedOtherwise(_ key: String, _ engine: String) -> RoostError {
        let value = (self[key] ?? .null).plainText
        let says = isDefault(key) ? "leaves \(key.quotedForPeople) at its class's \(value)" : "says \(key.quotedForPeople): \(value)"
        return RoostError(
            .unsupportedModel, "\"config.json\" \(says), and llama.cpp \(engine). Its answers would be wrong, so the model is not converted.")
    }
}
