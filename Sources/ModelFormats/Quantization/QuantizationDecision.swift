public import RoostCore

/// The recipe for a conversion, and the reason for it.
public struct QuantizationDecision: Sendable, Hashable {
    /// The default of `MODEL_Q4_THRESHOLD_BYTES`: the number of bytes above which `auto` quantizes.
    public static let defaultThreshold: Int64 = 14_000_000_000

    /// The recipe to use.
    public let recipe: QuantizationRecipe
    /// The reason as a sentence for users.
    public let reason: String
    /// Whether the recipe was selected automatically, so that another type may be used where its own cannot represent a
    /// number.
    public let isAutomatic: Bool

    /// The properties that determine the decision, besides the request.
    public struct Facts: Sendable, Hashable {
        /// The type of the source's matrices.
        public let sourceType: TensorType
        /// The size of the source's weights in its files, in bytes.
        public let sourceByteCount: Int64
        /// The number of elements in all tensors.
        public let parameterCount: Int64
        /// The memory available for a model, in bytes.
        public let availableMemory: Int64
        /// The size of the weights in bytes above which `auto` quantizes: `MODEL_Q4_THRESHOLD_BYTES`.
        public let threshold: Int64

        /// Creates the facts.
        ///
        /// - Parameters:
        ///   - sourceType: The type of the source's matrices.
        ///   - sourceByteCount: The size of the source's weights in bytes.
        ///   - parameterCount: The number of elements in all tensors.
        ///   - availableMemory: The memory available for a model, in bytes.
        ///   - threshold: The size of the weights in bytes above which `auto` quantizes.
        public init(
            sourceType: TensorType, sourceByteCount: Int64, parameterCount: Int64, availableMemory: Int64,
            threshold: Int64 = QuantizationDecision.defaultThreshold
        ) {
            self.sourceType = sourceType
            self.sourceByteCount = sourceByteCount
            self.parameterCount = parameterCount
            self.availableMemory = availableMemory
            self.threshold = threshold
        }
    }

    private init(_ recipe: QuantizationRecipe, _ reason: String, isAutomatic: Bool = false) {
        self.recipe = recipe
        self.reason = reason
        self.isAutomatic = isAutomatic
    }

    /// Selects the recipe.
    ///
    /// - Parameters:
    ///   - policy: The requested policy.
    ///   - tag: The quantization in the model's reference; it takes precedence over the policy.
    ///   - facts: The properties of the source and the machine.
    /// - Throws: `RoostError` with code `unsupportedModel` if Roost does not support `tag`.
    public init(policy: QuantizationPolicy, tag: QuantizationTag?, facts: Facts) throws {
        if let tag {
            guard let recipe = QuantizationRecipe(tag) else {
                let makes = QuantizationRecipe.allCases.map(\.rawValue).joined(separator: ", ")
                throw RoostError(
                    .unsupportedModel, "\(tag) was asked for by name, and Roost cannot make it from the original weights. It makes: \(makes).",
                    field: "model")
            }
            self.init(recipe, "\(recipe.rawValue): \(tag) was asked for by name.")
        } else if let recipe = Self.recipe(of: policy) {
            self.init(recipe, "\(recipe.rawValue): `quantize` is \(policy.rawValue).")
        } else if policy == .no {
            let recipe = QuantizationRecipe(keeping: facts.sourceType)
            self.init(recipe, "\(recipe.rawValue): `quantize` is no, so the weights keep the type of the source, \(facts.sourceType.name).")
        } else {
            self = Self.automatic(facts)
        }
    }

    /// The recipe of a policy; `nil` for a policy that depends on the source.
    private static func recipe(of policy: QuantizationPolicy) -> QuantizationRecipe? {
        switch policy {
        case .auto, .no: nil
        case .fp16: .f16
        case .bf16: .bf16
        case .q4: .q4_K_M
        case .q4_0: .q4_0
        case .q5: .q5_K_M
        case .q6: .q6_K
        case .q8: .q8_0
        }
    }

    private static func automatic(_ facts: Facts) -> Self {
        let weights = ByteCount(facts.sourceByteCount)
        let threshold = "MODEL_Q4_THRESHOLD_BYTES (\(ByteCount(facts.threshold)))"
        let halfBytes = facts.parameterCount.multipliedReportingOverflow(by: 2)
        let size = halfBytes.overflow ? Int64.max : halfBytes.partialValue
        if facts.sourceByteCount > facts.threshold {
            return Self(.q4_K_M, "Q4_K_M: the weights' \(weights) are more than \(threshold).", isAutomatic: true)
        }
        // A tenth is added for the model's memory besides its weights, as in the dry run of a pull.
        let needed = size.addingReportingOverflow(size / 10)
        if needed.overflow || needed.partialValue > facts.availableMemory {
            return Self(
                .q4_K_M,
                "Q4_K_M: at sixteen bits the weights take \(ByteCount(size)), too much for the \(ByteCount(facts.availableMemory)) of memory there is.",
                isAutomatic: true)
        }
        return Self(
            .f16,
            "F16: the weights' \(weights) are within \(threshold), and at sixteen bits (\(ByteCount(size))) they fit into the \(ByteCount(facts.availableMemory)) of memory there is.",
            isAutomatic: true)
    }
}
