import Foundation
import RoostCore
public import SystemPackage

/// A model that can be converted: its configuration is understood, its tokenizer is read, and each of its tensors has a place.
public struct ConversionSource: Sendable {
    /// llama.cpp's name of the architecture, such as `llama`.
    public let architectureName: String
    /// Where the numbers are.
    public let checkpoint: Checkpoint
    /// What the GGUF file will have, in llama.cpp's order.
    public let tensors: [OutputTensor]
    /// The type most of the model's numbers have; nothing is lost by writing it.
    public let type: TensorType
    /// What a person may want to know about the tokenizer.
    public let notes: [String]
    /// Key-values that do not depend on the types: before and after those that do.
    let leading: [GGUFKeyValue]
    let trailing: [GGUFKeyValue]

    /// Checks whether a configuration can be converted at all, before any weights are there.
    ///
    /// - Parameter config: The configuration.
    /// - Throws: `RoostError` with code `unsupportedModel`, whose sentence names what is supported.
    public static func check(_ config: ModelConfig) throws { _ = try configured(config) }

    /// Understands a repository.
    ///
    /// - Parameters:
    ///   - folder: The repository's files but for the weights: `config.json`, the tokenizer's, and what else there is.
    ///   - repository: `org/name`, the model's name. A Phi-3 must be called so.
    ///   - checkpoint: The tensors.
    /// - Throws: `RoostError` when the model is not supported, or breaks the rules of its architecture.
    public init(folder: FilePath, repository: String, checkpoint: Checkpoint) throws {
        let files = RepositoryFolder(folder)
        let (architecture, config) = try Self.configured(try ModelConfig(parsing: try files.contents("config.json")))
        guard try files.contentsIfPresent("hf_quant_config.json") == nil else { throw Self.alreadyQuantized("ModelOpt") }
        var rules = architecture.tokenizer
        rules.vocabularySize = try config.countIfPresent("vocab_size")
        let tokenizer = try Tokenizer.read(directory: folder, rules: rules)
        architectureName = architecture.name
        notes = tokenizer.notes
        self.checkpoint = checkpoint
        tensors = try TensorMapping.tensors(architecture, ModelFacts(config: config, tokenCount: tokenizer.tokenCount), checkpoint)
        type = checkpoint.mainType
        let general = [
            GGUFKeyValue("general.architecture", .string(ByteText(architecture.name))), GGUFKeyValue("general.type", .string("model")),
        ]
        let metadata = GeneralMetadata.keyValues(
            repository: repository, readme: try files.contentsIfPresent("README.md"),
            generationConfig: try files.contentsIfPresent("generation_config.json"))
        let pooling = try files.pooling().map { [GGUFKeyValue("\(architecture.name).pooling_type", .uint32($0.rawValue))] }
        leading = try general + metadata + architecture.keyValues(config) + (pooling ?? [])
        trailing = tokenizer.keyValues
        try checkVocabulary(tokenizer.tokenCount)
    }

    private static func configured(_ config: ModelConfig) throws -> (Architecture, ModelConfig) {
        let architecture = try Architecture.of(config.className)
        if let quantization = config["quantization_config"] {
            throw alreadyQuantized(quantization.members?["quant_method"]?.string ?? "an unknown method")
        }
        let complete = config.with(defaults: architecture.defaults)
        try architecture.check(complete)
        return (architecture, complete)
    }

    private static func alreadyQuantized(_ method: String) -> RoostError {
        RoostError(
            .unsupportedModel,
            "The model's weights are already quantised (\(method.quotedForPeople)), and such checkpoints are not converted. Take the repository "
                + "that it was made from, or one with GGUF files.")
    }

    /// llama.cpp does not load a model whose embedding has not a row for each token.
    private func checkVocabulary(_ tokenCount: Int) throws {
        guard let rows = tensors.first(where: { $0.name == "token_embd.weight" })?.dimensions.last, rows != tokenCount else { return }
        throw RoostError(.unsupportedModel, "The model's embedding has \(rows) rows, and its tokenizer \(tokenCount) tokens; they must be the same.")
    }
}
