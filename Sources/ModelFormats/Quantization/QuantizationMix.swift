import RoostCore

/// The selection of a type for each tensor of a model. It follows `llama_model_quantize` of llama.cpp build 11312,
/// without an importance matrix.
///
/// The special rules for Falcon and GLM5-next are not included, because Roost does not convert these models.
public struct QuantizationMix: Sendable {
    /// A tensor to write.
    public struct Tensor: Sendable, Hashable {
        /// The name in GGUF.
        public let name: String
        /// The dimensions in GGUF's order: the row length first.
        public let shape: [Int]
        /// The type in a conversion without quantization: F32 for norms, biases and similar tensors.
        public let plainType: TensorType

        /// Creates a tensor.
        ///
        /// - Parameters:
        ///   - name: The name in GGUF.
        ///   - shape: The dimensions, the row length first.
        ///   - plainType: The type in a conversion without quantization.
        public init(name: String, shape: [Int], plainType: TensorType) {
            self.name = name
            self.shape = shape
            self.plainType = plainType
        }
    }

    /// The properties of the model that determine the types: values of `config.json`.
    public struct Model: Sendable, Hashable {
        /// The value of `general.architecture`.
        public let architecture: String
        /// The value of `block_count`.
        public let layerCount: Int
        /// The value of `expert_count`; 0 if there are none.
        public let expertCount: Int
        /// The value of `attention.head_count`.
        public let headCount: Int
        /// The value of `attention.head_count_kv`.
        public let keyValueHeadCount: Int

        /// Creates the properties.
        ///
        /// - Parameters:
        ///   - architecture: The value of `general.architecture`.
        ///   - layerCount: The value of `block_count`.
        ///   - expertCount: The value of `expert_count`.
        ///   - headCount: The value of `attention.head_count`.
        ///   - keyValueHeadCount: The value of `attention.head_count_kv`.
        public init(architecture: String, layerCount: Int, expertCount: Int, headCount: Int, keyValueHeadCount: Int) {
            self.architecture = architecture
            self.layerCount = layerCount
            self.expertCount = expertCount
            self.headCount = headCount
            self.keyValueHeadCount = keyValueHeadCount
        }

        /// Whether eight heads share a value matrix (llama.cpp's "70B"), which then gets more bits at little cost.
        var sharesValuesWidely: Bool {
            layerCount == 80 && (architecture == "qwen2" || architecture == "llama" && headCount != keyValueHeadCount)
        }
    }

    /// The type of one tensor.
    public struct Choice: Sendable, Hashable {
        /// The type to write.
        public let type: TensorType
        /// The selected type before the fallback; `nil` if the rows are a whole number of its blocks.
        public let fallbackFrom: TensorType?
    }

    private let recipe: QuantizationRecipe
    private let model: Model
    private let isTied: Bool
    private let attentionValueCount: Int
    private var attentionValuesSeen = 0
    private var downsSeen = 0

    private init(recipe: QuantizationRecipe, model: Model, tensors: [Tensor]) {
        self.recipe = recipe
        self.model = model
        let categories = tensors.map { TensorCategory(name: $0.name) }
        isTied = !categories.contains(.output)
        attentionValueCount = categories.count { $0 == .attentionValue }
    }

    /// Selects a type for every tensor of a model.
    ///
    /// - Parameters:
    ///   - recipe: The requested mix.
    ///   - model: The properties of the model.
    ///   - tensors: All tensors of the model, in any order.
    /// - Returns: A choice for each tensor, in the order of `tensors`.
    /// - Throws: `RoostError` with code `unsupportedModel` if a tensor of a model with experts belongs to no layer.
    public static func choices(for recipe: QuantizationRecipe, model: Model, tensors: [Tensor]) throws -> [Choice] {
        var mix = QuantizationMix(recipe: recipe, model: model, tensors: tensors)
        var choices = tensors.map { Choice(type: $0.plainType, fallbackFrom: nil) }
        for index in LayerOrder.indices(of: tensors.map(\.name)) {
            let tensor = tensors[index]
            guard TensorCategory.allowsQuantization(name: tensor.name, shape: tensor.shape) else { continue }
            choices[index] = fitting(try mix.wantedType(of: tensor), rowLength: tensor.shape[0])
        }
        return choices
    }

    /// Selects the type of a tensor before the fallback. Counts the tensors, because their number determines the layer
    /// of the next one.
    private mutating func wantedType(of tensor: Tensor) throws -> TensorType {
        let type = recipe.tensorType
        guard recipe.isQuantized else { return type }
        let hasEightExperts = model.expertCount == 8
        switch TensorCategory(name: tensor.name) {
        case .output: return outputType(of: tensor)
        case .tokenEmbedding: return isTied ? outputType(of: tensor) : type
        case .attentionValue:
            defer { attentionValuesSeen += 1 }
            if hasEightExperts { return .q8_0 }
            if isMixed, Self.getsMoreBits(attentionValuesSeen, of: attentionValueCount) { return .q6_K }
            return type == .q4_K && model.sharesValuesWidely ? .q5_K : type
        case .attentionKey: return hasEightExperts ? .q8_0 : type
        case .attentionOutput: return hasEightExperts && recipe == .q4_K_M ? .q5_K : type
        case .feedForwardDown:
            defer { downsSeen += 1 }
            let layer = model.expertCount > 1 ? try self.layer(of: tensor) : downsSeen
            return isMixed && Self.getsMoreBits(layer, of: model.layerCount) ? .q6_K : type
        case .other: return type
        }
    }

    /// Whether the recipe is one with `_M`, in which some layers get more bits than others.
    private var isMixed: Bool { recipe == .q4_K_M || recipe == .q5_K_M }

    private func outputType(of tensor: Tensor) -> TensorType {
        let type = recipe.tensorType
        return type == .q8_0 || tensor.shape[0] % type.blockSize != 0 ? .q8_0 : .q6_K
    }

    /// The layer of a tensor. For models with experts it is read from the name, because layers may have any number of
    /// experts.
    private func layer(of tensor: Tensor) throws -> Int {
        guard let layer = LayerOrder.layer(of: tensor.name), layer < model.layerCount else {
            throw RoostError(
                .unsupportedModel,
                "The tensor \(tensor.name.quotedForPeople) belongs to none of the model's \(model.layerCount) layers, so its type cannot be chosen.")
        }
        return layer
    }

    /// Whether a layer gets more bits: the first and the last eighth of the layers, and every third in between.
    private static func getsMoreBits(_ index: Int, of count: Int) -> Bool {
        index < count / 8 || index >= 7 * count / 8 || (index - count / 8) % 3 == 2
    }

    /// Returns the choice for a type. If the rows are not a whole number of its blocks, a type with smaller blocks and
    /// more bits, or F16, is used.
    private static func fitting(_ type: TensorType, rowLength: Int) -> Choice {
        guard rowLength % type.blockSize != 0 else { return Choice(type: type, fallbackFrom: nil) }
        let smaller: [TensorType: TensorType] = [.q4_K: .q5_0, .q5_K: .q5_1, .q6_K: .q8_0]
        let fallback = smaller[type] ?? type
        return Choice(type: rowLength % fallback.blockSize == 0 ? fallback : .f16, fallbackFrom: type)
    }
}
