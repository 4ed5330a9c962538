import RoostCore

/// A model that can be converted: its configuration is understood, and each of its tensors has a place.
public struct ConversionSource: Sendable {
    /// llama.cpp's name of the architecture, such as `llama`.
    public let architectureName: String
    /// Where the numbers are.
    public let checkpoint: Checkpoint
    /// What the GGUF file will have, in llama.cpp's order.
    public let tensors: [OutputTensor]
    /// Key-values of the architecture.
    public let keyValues: [GGUFKeyValue]
    /// The type most of the model's numbers have; nothing is lost by writing it.
    public let type: TensorType

    /// Checks whether a configuration can be converted at all, before any weights are there.
    ///
    /// - Parameter config: The configuration.
    /// - Throws: `RoostError` with code `unsupportedModel`, whose sentence names what is supported.
    public static func check(_ config: ModelConfig) throws { _ = try configured(config) }

    /// Finds the place of everything.
    ///
    /// - Parameters:
    ///   - config: The configuration.
    ///   - checkpoint: The tensors.
    ///   - tokenCount: Tokens that the tokenizer's key-values have.
    ///   - pooling: How the vectors of a text's tokens become one, if the repository says so.
    /// - Throws: `RoostError` when the model is not supported, or breaks the rules of its architecture.
    public init(config: ModelConfig, checkpoint: Checkpoint, tokenCount: Int, pooling: PoolingMode? = nil) throws {
        let (architecture, complete) = try Self.configured(config)
        architectureName = architecture.name
        self.checkpoint = checkpoint
        let facts = ModelFacts(config: complete, tokenCount: tokenCount)
        tensors = try TensorMapping.tensors(architecture, facts, checkpoint)
        keyValues =
            try architecture.keyValues(complete)
            + (pooling.map { [GGUFKeyValue("\(architecture.name).pooling_type", .uint32($0.rawValue))] } ?? [])
        let matrix = checkpoint.tensors.first { $0.tensor.shape.count >= 2 && $0.tensor.type.isConvertible }
        type = [.bf16: .bf16, .f16: .f16][matrix?.tensor.type ?? .f32] ?? .f32
        try checkVocabulary(tokenCount)
    }

    private static func configured(_ config: ModelConfig) throws -> (Architecture, ModelConfig) {
        let architecture = try Architecture.of(config.className)
        if let quantization = config["quantization_config"] {
            let method = quantization.members?["quant_method"]?.string ?? "an unknown method"
            throw RoostError(
                .unsupportedModel,
                "The model's weights are already quantised (\(method.quotedForPeople)), and such checkpoints are not converted. Take the repository that it "
                    + "was made from, or one with GGUF files.")
        }
        let complete = config.with(defaults: architecture.defaults)
        try architecture.check(complete)
        return (architecture, complete)
    }

    /// llama.cpp does not load a model whose embedding has not a row for each token.
    private func checkVocabulary(_ tokenCount: Int) throws {
        guard let rows = tensors.first(where: { $0.name == "token_embd.weight" })?.dimensions.last, rows != tokenCount else { return }
        throw RoostError(.unsupportedModel, "The model's embedding has \(rows) rows, and its tokenizer \(tokenCount) tokens; they must be the same.")
    }
}
