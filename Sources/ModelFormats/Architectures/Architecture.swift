import RoostCore

/// The conversion of models of one class to GGUF: their key-values, the names of their tensors, and the transforms of
/// the numbers. To add one, write a file like `Qwen3.swift`, add it to `all`, and add a fixture.
struct Architecture: Sendable {
    /// llama.cpp's name of the architecture, which is also the prefix of the keys.
    let name: String
    /// The classes of transformers, as in `architectures` of `config.json`.
    let classes: [String]
    /// The default values of the class for keys that `config.json` does not have (transformers 4.57).
    let defaults: [String: ConfigValue]
    /// The keys that begin with `name`.
    let keyValues: @Sendable (ModelConfig) throws -> [GGUFKeyValue]
    /// The rules for the tensors.
    let tensors: @Sendable (ModelFacts) throws -> [TensorRule]
    /// The architecture's rules for the tokenizer, except for the size of the vocabulary.
    var tokenizer = TokenizerRules()
    /// Computed tensors, in llama.cpp's order, which come before all others.
    var generated: @Sendable (ModelConfig) throws -> [GeneratedTensor] = { _ in [] }
    /// The keys for which llama.cpp supports only certain values.
    let fixedKeys: [FixedKey]
    /// The kinds of RoPE scaling that llama.cpp supports for the architecture, besides none.
    var rotaryKinds: Set<String> = []
    /// The attention window of some layers in tokens, if llama.cpp computes full attention for them.
    var window: @Sendable (ModelConfig) throws -> Int? = { _ in nil }
    /// Throws for other configurations that llama.cpp would compute differently.
    var check: @Sendable (ModelConfig) throws -> Void = { _ in }
    /// The patterns of unused tensors.
    var dropped: Set<String> = []
    /// Returns the name of a tensor as it appears in the rules.
    var canonicalName: @Sendable (String) -> String = decoderName

    static let all: [Architecture] = [gpt2, llama, mistral, mixtral, qwen2, qwen3, qwen3MoE, gemma2, gemma3, phi3, bert]

    /// Returns the architecture of a class.
    ///
    /// - Parameter className: The class name from `config.json`.
    /// - Returns: The architecture.
    /// - Throws: `RoostError` with code `unsupportedModel` that contains the class and the supported classes.
    static func of(_ className: String) throws -> Architecture {
        guard let architecture = all.first(where: { $0.classes.contains(className) }) else {
            throw RoostError(.unsupportedModel, "Models of the architecture \(className.quotedForPeople) cannot be converted. \(supportedSentence)")
        }
        return architecture
    }

    /// Throws for a configuration that llama.cpp would compute differently.
    ///
    /// - Parameter config: The configuration with the class's defaults.
    /// - Throws: `RoostError` with code `unsupportedModel` that contains the key and its value.
    func checkComputation(_ config: ModelConfig) throws {
        for key in fixedKeys { try key.check(config) }
        try RotaryConfig(config).check(kinds: rotaryKinds, config)
        try AttentionLayers.checkKinds(config)
        try check(config)
    }

    /// The list of supported classes, for errors.
    static let supportedSentence = "Supported are \(all.flatMap(\.classes).joined(separator: ", "))."
}

/// A tensor that is computed and not read from a file.
struct GeneratedTensor: Sendable {
    /// The name in the GGUF file.
    let name: String
    /// The values; the tensor has one dimension.
    let values: [Float]
}

/// The properties that the tensors depend on.
struct ModelFacts: Sendable {
    /// The configuration, with the class's defaults.
    let config: ModelConfig
    /// The number of tokens in the tokenizer.
    let tokenCount: Int
    /// Whether the model only computes embeddings, so that it needs no head.
    var makesVectors = false

    /// The number of layers.
    func layerCount() throws -> Int { try config.count("num_hidden_layers", "n_layer") }
}
