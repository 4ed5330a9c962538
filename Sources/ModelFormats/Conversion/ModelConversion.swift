public import RoostCore
public import SystemPackage

/// A planned conversion of a repository's model to a GGUF file by a recipe. Only the source of the weights' bytes is
/// still open.
public struct ModelConversion: Sendable {
    /// Notes for the user: how the pre-tokenizer was determined, and which tensors have another type than the recipe's.
    public let notes: [String]
    /// The quantization library, such as `ggml 0.25.3`; `nil` if none is needed.
    public let library: String?
    /// The size of the finished file in bytes.
    public var byteCount: Int64 { plan.header.fileSize }
    private let source: ConversionSource
    private let recipe: QuantizationRecipe
    private let plan: ConversionPlan
    private let encoder: any TensorEncoder
    /// The names of tensors, with `#` for the layer, that are written as BF16 instead of F16.
    private let wide: Set<String>

    /// Plans a conversion on a separate thread, because reading the tokenizer and the configuration takes some time for
    /// large vocabularies.
    ///
    /// - Parameters:
    ///   - folder: The repository's files except the weights, or links to them.
    ///   - checkpoint: The tensors.
    ///   - recipe: The recipe to use.
    ///   - repository: The model's name.
    ///   - library: The quantization library, if the recipe needs one.
    /// - Returns: The conversion.
    /// - Throws: `RoostError` with code `unsupportedModel` or `invalidModelFile`, `engineMissing` if the recipe needs a
    ///   library, `fileSystem`.
    public static func settled(
        folder: FilePath, checkpoint: Checkpoint, recipe: QuantizationRecipe, repository: RepositoryID, library: GGMLLibrary?
    ) async throws -> ModelConversion {
        try await ConversionThreads.run {
            try ModelConversion(folder: folder, checkpoint: checkpoint, recipe: recipe, repository: repository, library: library)
        }
    }

    /// Plans a conversion on the calling thread; see `settled`.
    ///
    /// - Parameters:
    ///   - folder: The repository's files except the weights, or links to them.
    ///   - checkpoint: The tensors.
    ///   - recipe: The recipe to use.
    ///   - repository: The model's name.
    ///   - library: The quantization library, if the recipe needs one.
    /// - Throws: The errors of `settled`.
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

    /// Returns the same conversion with BF16 for tensors whose numbers are too large for F16. BF16 has a greater range
    /// at the same size. This applies to the tensors of one name in all layers, because large numbers usually occur in
    /// several layers.
    ///
    /// - Parameter error: The error of `write`.
    /// - Returns: The conversion; `nil` if it is a different error, or BF16 does not help.
    /// - Throws: `RoostError` if the conversion cannot be planned.
    public func widened(after error: RoostError) throws -> ModelConversion? {
        guard error.code == .numberOutOfRange, let name = error.context.first(where: { $0.name == "tensor" })?.value,
            plan.header.tensors.contains(where: { $0.name == name && $0.type == .f16 })
        else { return nil }
        return try ModelConversion(source, recipe, wide: wide.union([TensorNamePattern(name).pattern]), encoder, library: library)
    }

    /// Writes the file and gives it its final name.
    ///
    /// - Parameters:
    ///   - bytes: The checkpoint's files.
    ///   - target: The final path.
    ///   - revision: A value that distinguishes these bytes from others with the same names and sizes.
    ///   - workers: The number of parts to convert in parallel.
    ///   - progress: Called after each part.
    ///   - beforeInstalling: Called after all bytes are written; if it throws, the file is removed.
    /// - Returns: The file's sha256.
    /// - Throws: The errors of `ModelWriter.write`.
    @discardableResult public func write(
        bytes: any CheckpointBytes, to target: FilePath, revision: String, workers: Int, progress: @Sendable (ModelWriter.Progress) -> Void,
        beforeInstalling: () async throws -> Void
    ) async throws -> ContentDigest {
        try await ModelWriter(plan: plan, bytes: bytes, encoder: encoder, workers: workers)
            .write(to: target, revision: revision, progress: progress, beforeInstalling: beforeInstalling)
    }
}

extension QuantizationRecipe {
    /// Whether ggml's library encodes the numbers.
    public var needsLibrary: Bool { isQuantized && self != .q8_0 }
}

extension ConversionSource {
    /// The properties that determine the types, with the values for the file.
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
