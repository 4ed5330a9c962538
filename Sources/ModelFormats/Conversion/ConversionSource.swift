import Foundation
import RoostCore
public import SystemPackage

/// A model that can be converted: its configuration is supported, its tokenizer is read, and each of its tensors has a
/// target.
public struct ConversionSource: Sendable {
    /// llama.cpp's name of the architecture, such as `llama`.
    public let architectureName: String
    /// The checkpoint with the numbers.
    public let checkpoint: Checkpoint
    /// The tensors of the GGUF file, in llama.cpp's order.
    public let tensors: [OutputTensor]
    /// The type that most of the model's numbers have; writing it loses nothing.
    public let type: TensorType
    /// Notes for the user about the tokenizer and the computation.
    public let notes: [String]
    /// The key-values that do not depend on the types: those before and after the ones that do.
    let leading: [GGUFKeyValue]
    let trailing: [GGUFKeyValue]

    /// Reads a repository.
    ///
    /// - Parameters:
    ///   - folder: The repository's files except the weights: `config.json`, the tokenizer's files, and others.
    ///   - repository: The model's name, `org/name`.
    ///   - checkpoint: The tensors.
    /// - Throws: `RoostError` if the model is not supported, or violates the rules of its architecture.
    public init(folder: FilePath, repository: String, checkpoint: Checkpoint) throws {
        let files = RepositoryFolder(folder)
        let (architecture, config) = try Self.configured(try ModelConfig(parsing: try files.contents("config.json")))
        guard try files.contentsIfPresent(Self.quantizationName) == nil else { throw Self.alreadyQuantized("ModelOpt") }
        var rules = architecture.tokenizer
        rules.vocabularySize = try config.countIfPresent("vocab_size")
        let tokenizer = try Tokenizer.read(directory: folder, rules: rules)
        architectureName = architecture.name
        self.checkpoint = checkpoint
        let pooling = try files.pooling()
        let facts = ModelFacts(config: config, tokenCount: tokenizer.tokenCount, makesVectors: pooling != nil)
        tensors = try TensorMapping.tensors(architecture, facts, checkpoint)
        try Self.checkVocabulary(tensors, tokenizer.tokenCount, "its tokenizer has")
        type = checkpoint.mainType
        notes = try tokenizer.notes + Self.notes(architecture, config, checkpoint, repository: repository)
        let general = [
            GGUFKeyValue("general.architecture", .string(ByteText(architecture.name))), GGUFKeyValue("general.type", .string("model")),
        ]
        // Among all classes that llama.cpp calls phi3, only the first ones have SentencePiece, and with it tokens that
        // remove the space after them.
        let name = ModelName.text(repository, isPhi3: architecture.name == "phi3" && tokenizer.kind == .sentencePiece && tokenizer.has("</s>"))
        let metadata = GeneralMetadata.keyValues(
            name: name, readme: try files.contentsIfPresent("README.md"), generationConfig: try files.contentsIfPresent("generation_config.json"))
        let poolingKeys = pooling.map { [GGUFKeyValue("\(architecture.name).pooling_type", .uint32($0.rawValue))] }
        leading = try general + metadata + architecture.keyValues(config) + (poolingKeys ?? [])
        trailing = tokenizer.keyValues
    }

    /// Throws if the embedding does not have one row for each token, because llama.cpp does not load such a model.
    private static func checkVocabulary(_ tensors: [OutputTensor], _ tokenCount: Int, _ who: String) throws {
        for (name, what) in [("token_embd.weight", "embedding"), ("output.weight", "head")] {
            guard let rows = tensors.first(where: { $0.name == name })?.dimensions.last, rows != tokenCount else { continue }
            throw RoostError(
                .unsupportedModel,
                "The model's \(what) has \(rows) rows, and \(who) \(tokenCount) tokens; they must be the same. Pulling again changes nothing: use another revision or repository."
            )
        }
    }
}

// MARK: - Checks without the tokenizer

extension ConversionSource {
    private static let quantizationName = "hf_quant_config.json"
    private static let tokenizerNames: Set<String> = ["tokenizer.json", "tokenizer.model", "merges.txt", "vocab.txt"]

    /// Checks whether a repository can be converted at all, before its weights are available.
    ///
    /// - Parameters:
    ///   - config: The configuration.
    ///   - names: The names of the files at the repository's top level; `nil` if they are unknown.
    /// - Throws: `RoostError` with code `unsupportedModel` that contains the reason and the supported models.
    public static func check(_ config: ModelConfig, files names: Set<String>? = nil) throws {
        _ = try configured(config)
        guard let names else { return }
        guard !names.contains(quantizationName) else { throw alreadyQuantized("ModelOpt") }
        guard !names.isDisjoint(with: tokenizerNames) else {
            throw RoostError(.unsupportedModel, "The repository has no tokenizer: none of \(tokenizerNames.sorted().joined(separator: ", ")).")
        }
    }

    /// Checks the tensors against their configuration, using the headers of their files: names, types, shapes, and the
    /// number of tokens. Runs on a separate thread, because it takes some time for models with many experts.
    ///
    /// - Parameters:
    ///   - config: The configuration.
    ///   - checkpoint: The tensors.
    ///   - makesVectors: Whether sentence-transformers pools the model's tokens, so that it needs no head.
    /// - Throws: `RoostError` with code `unsupportedModel`, or `invalidModelFile` if the configuration is incomplete.
    public static func check(_ config: ModelConfig, _ checkpoint: Checkpoint, makesVectors: Bool) async throws {
        try await ConversionThreads.run {
            let (architecture, complete) = try configured(config)
            let promised = try complete.countIfPresent("vocab_size")
            let facts = ModelFacts(config: complete, tokenCount: promised ?? .max, makesVectors: makesVectors)
            let tensors = try TensorMapping.tensors(architecture, facts, checkpoint)
            if let promised { try checkVocabulary(tensors, promised, "\"config.json\" promises") }
        }
    }

    private static func configured(_ config: ModelConfig) throws -> (Architecture, ModelConfig) {
        let architecture = try Architecture.of(config.className)
        if let quantization = config["quantization_config"] ?? config["compression_config"] {
            throw alreadyQuantized(quantization.members?["quant_method"]?.string ?? "an unknown method")
        }
        let complete = config.with(defaults: architecture.defaults)
        try architecture.checkComputation(complete)
        return (architecture, complete)
    }

    private static func alreadyQuantized(_ method: String) -> RoostError {
        RoostError(
            .unsupportedModel,
            "The model's weights are already quantised (\(method.quotedForPeople)), and such checkpoints are not converted. Take the repository "
                + "that it was made from, or one with GGUF files.")
    }

    /// Notes about differences that users may not expect.
    private static func notes(
        _ architecture: Architecture, _ config: ModelConfig, _ checkpoint: Checkpoint, repository: String
    ) throws -> [String] {
        var notes: [String] = []
        if let window = try architecture.window(config), case let context = try config.count("max_position_embeddings"), window < context {
            let own = architecture.name == "phi3"
            notes.append(
                "Layers look back over \(window) tokens only (\"sliding_window\"), which llama.cpp does not do in models of \(config.className): "
                    + (own
                        ? "beyond \(window) tokens its answers differ from the original's, as with the GGUF files of the model's maker."
                        : "the context is cut from \(context) to \(window) tokens, within which the answers are the original's."))
        }
        if try config.flag("tie_word_embeddings", or: false),
            checkpoint.tensors.contains(where: { $0.tensor.name.description.hasSuffix("lm_head.weight") })
        {
            notes.append(
                "The stored head is not used, as transformers does not use it either: the embedding serves as one (\"tie_word_embeddings\").")
        }
        if repository.lowercased().contains("reranker") {
            notes.append("The repository is called a reranker. Roost ranks no texts: the model that is made of it answers chats, as its weights do.")
        }
        return notes
    }
}
