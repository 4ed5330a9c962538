import RoostCore

/// How models of one class become GGUF: their key-values, their tensors' names, and what happens to the numbers. A new one takes a file like
/// `Qwen3.swift`, its place in `all`, and a fixture.
struct Architecture: Sendable {
    /// llama.cpp's name, which is also the prefix of the keys.
    let name: String
    /// transformers' classes, as in `architectures` of `config.json`.
    let classes: [String]
    /// What the class takes for keys that `config.json` lacks (transformers 4.57).
    let defaults: [String: ConfigValue]
    /// The keys that begin with `name`.
    let keyValues: @Sendable (ModelConfig) throws -> [GGUFKeyValue]
    /// The tensors.
    let tensors: @Sendable (ModelFacts) throws -> [TensorRule]
    /// What the architecture says about its tokenizer, besides the size of the vocabulary.
    var tokenizer = TokenizerRules()
    /// Tensors that are computed, in llama.cpp's order; they come before all others.
    var generated: @Sendable (ModelConfig) throws -> [GeneratedTensor] = { _ in [] }
    /// What llama.cpp computes in one way only.
    let fixedKeys: [FixedKey]
    /// The ways of scaling RoPE that llama.cpp knows for it, besides none.
    var rotaryKinds: Set<String> = []
    /// How many tokens some layers look back over at most, where llama.cpp lets them look back over all.
    var window: @Sendable (ModelConfig) throws -> Int? = { _ in nil }
    /// Throws for whatever else llama.cpp would compute wrongly.
    var check: @Sendable (ModelConfig) throws -> Void = { _ in }
    /// Patterns of tensors that are not needed.
    var dropped: Set<String> = []
    /// The name that a rule knows a tensor by.
    var canonicalName: @Sendable (String) -> String = decoderName

    static let all: [Architecture] = [gpt2, llama, mistral, mixtral, qwen2, qwen3, qwen3MoE, gemma2, gemma3, phi3, bert]

    /// The architecture of a class.
    ///
    /// - Parameter className: As in `config.json`.
    /// - Returns: The architecture.
    /// - Throws: `RoostError` with code `unsupportedModel`, naming the class and what is supported.
    static func of(_ className: String) throws -> Architecture {
        guard let architecture = all.first(where: { $0.classes.contains(className) }) else {
            throw RoostError(.unsupportedModel, "Models of the architecture \(className.quotedForPeople) cannot be converted. \(supportedSentence)")
        }
        return architecture
    }

    /// Throws for a configuration that llama.cpp would compute wrongly.
    ///
    /// - Parameter config: With the class's defaults.
    /// - Throws: `RoostError` with code `unsupportedModel`, naming key and value.
    func checkComputation(_ config: ModelConfig) throws {
        for key in fixedKeys { try key.check(config) }
        try RotaryConfig(config).check(kinds: rotaryKinds, config)
        try AttentionLayers.checkKinds(config)
        try check(config)
    }

    /// What can be converted, for errors.
    static let supportedSentence = "Supported are \(all.flatMap(\.classes).joined(separator: ", "))."
}

/// A tensor that no file has.
struct GeneratedTensor: Sendable {
    /// Its name in the GGUF file.
    let name: String
    /// One dimension.
    let values: [Float]
}

/// What tensors depend on.
struct ModelFacts: Sendable {
    /// The configuration, with the class's defaults.
    let config: ModelConfig
    /// Tokens that the tokenizer has.
    let tokenCount: Int
    /// Whether the model makes vectors only, so that it needs no head.
    var makesVectors = false

    /// Layers.
    func layerCount() throws -> Int { try config.count("num_hidden_layers", "n_layer") }
}
