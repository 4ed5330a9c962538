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
    private let source: ConversionSource
    private let recipe: QuantizationRecipe
    private let plan: ConversionPlan
    private let encoder: any TensorEncoder
    /// Names of tensors, with `#` for the layer, that are BF16 where they would be F16.
    private let wide: Set<String>

    /// Settles a conversion. Reads tokenizer and configuration, which takes a moment for large vocabularies, on a thread of its own.
    ///
    /// - Parameters:
    ///   - folder: The repository's files but for the weights, or links to them.
    ///   - checkpoint: The tensors.
    ///   - recipe: What to make.
    ///   - repository: The model's name.
    ///   - library: The library that quantises, where the recipe needs one.
    /// - Returns: The conversion.
    /// - Throws: `RoostError` with code `unsupportedModel` or `invalidModelFile`, `engineMissing` when the recipe needs a library, `fileSystem`.
    public static func settled(
        folder: FilePath, checkpoint: Checkpoint, recipe: QuantizationRecipe, repository: RepositoryID, library: GGMLLibrary?
    ) async throws -> ModelConversion {
        try await ConversionThreads.run {
            try ModelConversion(folder: folder, checkpoint: checkpoint, recipe: recipe, repository: repository, library: library)
        }
    }

    /// Settles a conversion on the calling thread, see `settled`.
    ///
    /// - Parameters:
    ///   - folder: The repository's files but for the weights, or links to them.
    ///   - checkpoint: The tensors.
    ///   - recipe: What to make.
    ///   - repository: The model's name.
    ///   - library: The library that quantises, where the recipe needs one.
    /// - Throws: As `settled`.
    public init(
        folder: FilePath, checkpoint: Checkpoint, recipe: QuantizationRecipe, repository: RepositoryID, library: GGMLLibrary?
    ) throws {
        let source = try ConversionSource(folder: folder, repository: repository.description, checkpoint: checkpoint)
        guard recipe.needsLibrary else {
            try self.init(source, recipe, wide: [], NativeEncoder(), library: nil)
            return
        }
        guard let library else {
            throw RoostError(.engineMissing, "Quantising to \(recipe.rawValue) needs llama.cpp's libggml-base. Run `make engine`.")
        }
        try self.init(source, recipe, wide: [], GGMLEncoder(library), library: "ggml \(library.version)")
    }

    private init(
        _ source: ConversionSource, _ recipe: QuantizationRecipe, wide: Set<String>, _ encoder: any TensorEncoder, library: String?
    ) throws {
        let model = source.quantizationFacts
        var choices: [QuantizationMix.Choice] = []
        var widened: [String: Int] = [:]
        plan = try ConversionPlan(source, fileType: recipe.fileType) { tensors in
            choices = try QuantizationMix.choices(
                for: recipe, model: model,
                tensors: tensors.map { .init(name: $0.name, shape: $0.dimensions, plainType: $0.plainType(source.type)) })
            return zip(choices, tensors).map { choice, tensor in
                let type = recipe.isQuantized ? choice.type : tensor.plainType(recipe.tensorType)
                guard type == .f16, case let kind = TensorNamePattern(tensor.name).pattern, wide.contains(kind) else { return type }
                widened[kind, default: 0] += 1
                return .bf16
            }
        }
        let fallbacks = Dictionary(grouping: choices.compactMap { choice in choice.fallbackFrom.map { ($0, choice.type) } }) {
            "\($0.name) \($1.name)"
        }
        notes =
            source.notes
            + fallbacks.values.sorted { $0[0].0.name < $1[0].0.name }.map { group in
                "\(group.count) tensors are \(group[0].1.name) instead of \(group[0].0.name): their rows are no whole number of its blocks."
            }
            + widened.sorted { $0.key < $1.key }.map { kind, count in
                "BF16 instead of F16 in \(count == 1 ? "1 tensor" : "\(count) tensors") \(kind.quotedForPeople): it holds the numbers beyond 65504 in them, and F16 does not."
            }
        (self.source, self.recipe, self.wide, self.encoder, self.library) = (source, recipe, wide, encoder, library)
    }

    /// The same conversion with BF16, which holds larger numbers in as many bytes, where numbers turned out too large for F16: in the tensors of one name of all
    /// layers, for where one layer has such numbers others have them too.
    ///
    /// - Parameter error: What `write` threw.
    /// - Returns: The conversion; `nil` when the error is another one, or BF16 does not help.
    /// - Throws: `RoostError` when it cannot be planned.
    public func widened(after error: RoostError) throws -> ModelConversion? {
        guard error.code == .numberOutOfRange, let name = error.context.first(where: { $0.name == "tensor" })?.value,
            plan.header.tensors.contains(where: { $0.name == name && $0.type == .f16 })
        else { return nil }
        return try ModelConversion(source, recipe, wide: wide.union([TensorNamePattern(name).pattern]), encoder, library: library)
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
