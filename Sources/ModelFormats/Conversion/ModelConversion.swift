public import RoostCore
public import SystemPackage

/// A repository's model on its way to a GGUF file, by a recipe: everything is settled but where the weights' bytes come from.
public struct ModelConversion: Sendable {
    /// What a person may want to know: how the pre-tokenizer was found, which tensors got another type than the recipe's.
    public let notes: [String]
    /// The library that quantises, such as `ggml 0.25.3`; `nil` when none is needed.
    public let library: String?
    /// Bytes of the finished file.
    public var byteCount: Int64 { plan.header.fileSize }
    private let plan: ConversionPlan
    private let encoder: any TensorEncoder

    /// Settles a conversion.
    ///
    /// - Parameters:
    ///   - folder: The repository's files but for the weights, or links to them.
    ///   - checkpoint: The tensors.
    ///   - recipe: What to make.
    ///   - repository: The model's name.
    ///   - library: The library that quantises, where the recipe needs one.
    /// - Throws: `RoostError` with code `unsupportedModel` or `invalidModelFile`, `engineMissing` when the recipe needs a library, `fileSystem`.
    public init(
        folder: FilePath, checkpoint: Checkpoint, recipe: QuantizationRecipe, repository: RepositoryID, library: GGMLLibrary?
    ) throws {
        let source = try ConversionSource(folder: folder, repository: repository.description, checkpoint: checkpoint)
        let model = source.quantizationFacts
        var choices: [QuantizationMix.Choice] = []
        plan = try ConversionPlan(source, fileType: recipe.fileType) { tensors in
            choices = try QuantizationMix.choices(
                for: recipe, model: model,
                tensors: tensors.map { .init(name: $0.name, shape: $0.dimensions, plainType: $0.plainType(source.type)) })
            return zip(choices, tensors).map { choice, tensor in recipe.isQuantized ? choice.type : tensor.plainType(recipe.tensorType) }
        }
        let fallbacks = Dictionary(grouping: choices.compactMap { choice in choice.fallbackFrom.map { ($0, choice.type) } }) {
            "\($0.name) \($1.name)"
        }
        notes =
            source.notes
            + fallbacks.values.sorted { $0[0].0.name < $1[0].0.name }.map { group in
                "\(group.count) tensors are \(group[0].1.name) instead of \(group[0].0.name): their rows are no whole number of its blocks."
            }
        guard recipe.needsLibrary else {
            (encoder, self.library) = (NativeEncoder(), nil)
            return
        }
        guard let library else {
            throw RoostError(.engineMissing, "Quantising to \(recipe.rawValue) needs llama.cpp's libggml-base. Run `make engine`.")
        }
        encoder = GGMLEncoder(library)
        self.library = "ggml \(library.version)"
    }

    /// Writes the file and gives it its name.
    ///
    /// - Parameters:
    ///   - bytes: The checkpoint's files.
    ///   - target: The file.
    ///   - revision: What tells these bytes from others of the same names and sizes.
    ///   - workers: Parts that are converted at once.
    ///   - progress: Called after each part.
    ///   - beforeInstalling: Called when all is written; when it throws, the file is removed.
    /// - Returns: The file's sha256.
    /// - Throws: As `ModelWriter.write`.
    @discardableResult public func write(
        bytes: any CheckpointBytes, to target: FilePath, revision: String, workers: Int, progress: @Sendable (ModelWriter.Progress) -> Void,
        beforeInstalling: () async throws -> Void
    ) async throws -> ContentDigest {
        try await ModelWriter(plan: plan, bytes: bytes, encoder: encoder, workers: workers)
            .write(to: target, revision: revision, progress: progress, beforeInstalling: beforeInstalling)
    }
}

extension QuantizationRecipe {
    /// Whether its numbers are written by ggml's library.
    public var needsLibrary: Bool { isQuantized && self != .q8_0 }
}

extension ConversionSource {
    /// What the choice of types depends on, as the file will say it.
    fileprivate var quantizationFacts: QuantizationMix.Model {
        func number(_ key: String) -> Int? {
            guard case .uint32(let value) = leading.first(where: { $0.key == "\(architectureName).\(key)" })?.value else { return nil }
            return Int(value)
        }
        let heads = number("attention.head_count") ?? 0
        return QuantizationMix.Model(
            architecture: architectureName, layerCount: number("block_count") ?? 0, expertCount: number("expert_count") ?? 0, headCount: heads,
            keyValueHeadCount: number("attention.head_count_kv") ?? heads)
    }
}
