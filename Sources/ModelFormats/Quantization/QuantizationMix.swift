import RoostCore

/// Which type each tensor of a model is written in: the choices of `llama_model_quantize` of llama.cpp build 11312, without an importance matrix.
///
/// Falcon and GLM5-next have rules of their own there, which are not here: Roost does not convert them.
public struct QuantizationMix: Sendable {
    /// A tensor to be written.
    public struct Tensor: Sendable, Hashable {
        /// Its name in GGUF.
        public let name: String
        /// Its dimensions in GGUF's order: the row's length first.
        public let shape: [Int]
        /// What a conversion without quantisation writes it in: F32 for norms, biases and the like.
        public let plainType: TensorType

        /// Makes a tensor.
        ///
        /// - Parameters:
        ///   - name: Its name in GGUF.
        ///   - shape: Its dimensions, the row's length first.
        ///   - plainType: What a conversion without quantisation writes it in.
        public init(name: String, shape: [Int], plainType: TensorType) {
            self.name = name
            self.shape = shape
            self.plainType = plainType
        }
    }

    /// What the choice depends on besides the tensors: values of `config.json`.
    public struct Model: Sendable, Hashable {
        /// As in `general.architecture`.
        public let architecture: String
        /// As in `block_count`.
        public let layerCount: Int
        /// As in `expert_count`; 0 when there are none.
        public let expertCount: Int
        /// As in `attention.head_count`.
        public let headCount: Int
        /// As in `attention.head_count_kv`.
        public let keyValueHeadCount: Int

        /// Makes the facts.
        ///
        /// - Parameters:
        ///   - architecture: As in `general.architecture`.
        ///   - layerCount: As in `block_count`.
        ///   - expertCount: As in `expert_count`.
        ///   - headCount: As in `attention.head_count`.
        ///   - keyValueHeadCount: As in `attention.head_count_kv`.
        public init(architecture: String, layerCount: Int, expertCount: Int, headCount: Int, keyValueHeadCount: Int) {
            self.architecture = architecture
            self.layerCount = layerCount
            self.expertCount = expertCount
            self.headCount = headCount
            self.keyValueHeadCount = keyValueHeadCount
        }

        /// llama.cpp's "70B": eight heads share a value matrix, which gets more bits for little size.
        var sharesValuesWidely: Bool {
            layerCount == 80 && (architecture == "qwen2" || architecture == "llama" && headCount != keyValueHeadCount)
        }
    }

    /// The choice for one tensor.
    public struct Choice: Sendable, Hashable {
        /// What it is written in.
        public let type: TensorType
        /// What it would have been written in, had its rows been a whole number of that type's blocks.
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

    /// Chooses a type for every tensor of a model.
    ///
    /// - Parameters:
    ///   - recipe: The mix that is wanted.
    ///   - model: The facts it depends on.
    ///   - tensors: All tensors of the model, in any order.
    /// - Returns: A choice for each, in the order of `tensors`.
    /// - Throws: `RoostError` with code `unsupportedModel` when a tensor of a model with experts belongs to no layer.
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

    /// Counts as it goes: which layer of how many a tensor belongs to is told by the tensors before it.
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

    /// The recipes with `_M`: some layers get more bits than others.
    private var isMixed: Bool { recipe == .q4_K_M || recipe == .q5_K_M }

    private func outputType(of tensor: Tensor) -> TensorType {
        let type = recipe.tensorType
        return type == .q8_0 || tensor.shape[0] % type.blockSize != 0 ? .q8_0 : .q6_K
    }

    /// Experts come in any number a layer, so the name must say which layer it is.
    private func layer(of tensor: Tensor) throws -> Int {
        guard let layer = LayerOrder.layer(of: tensor.name), layer < model.layerCount else {
            throw RoostError(
                .unsupportedModel,
                "The tensor \(tensor.name.quotedForPeople) belongs to none of the model's \(model.layerCount) layers, so its type cannot be chosen.")
        }
        return layer
    }

    /// The first and the last eighth of the layers, and every third between.
    private static func getsMoreBits(_ index: Int, of count: Int) -> Bool {
        index < count / 8 || index >= 7 * count / 8 || (index - count / 8) % 3 == 2
    }

    /// Rows that are no whole number of blocks take a type with smaller blocks and more bits, or F16.
    private static func fitting(_ type: TensorType, rowLength: Int) -> Choice {
        guard rowLength % type.blockSize != 0 else { return Choice(type: type, fallbackFrom: nil) }
        let smaller: [TensorType: TensorType] = [.q4_K: .q5_0, .q5_K: .q5_1, .q6_K: .q8_0]
        let fallback = smaller[type] ?? type
        return Choice(type: rowLength % fallback.blockSize == 0 ? fallback : .f16, fallbackFrom: type)
    }
}
