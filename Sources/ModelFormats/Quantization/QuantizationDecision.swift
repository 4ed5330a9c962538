public import RoostCore

/// Which recipe a conversion follows, and why.
public struct QuantizationDecision: Sendable, Hashable {
    /// What `auto` takes for the most bytes that need no quantisation, unless `MODEL_Q4_THRESHOLD_BYTES` says otherwise.
    public static let defaultThreshold: Int64 = 14_000_000_000

    /// What to write.
    public let recipe: QuantizationRecipe
    /// A sentence for a person.
    public let reason: String
    /// Whether nobody asked for the recipe by name, so that another type may do where its own cannot hold a number.
    public let isAutomatic: Bool

    /// What the decision depends on besides the wish.
    public struct Facts: Sendable, Hashable {
        /// The type of the source's matrices.
        public let sourceType: TensorType
        /// Bytes of the source's weights, as they lie in its files.
        public let sourceByteCount: Int64
        /// Numbers in all tensors.
        public let parameterCount: Int64
        /// Memory there is for a model, in bytes.
        public let availableMemory: Int64
        /// Beyond how many bytes of weights `auto` quantises: `MODEL_Q4_THRESHOLD_BYTES`.
        public let threshold: Int64

        /// Makes the facts.
        ///
        /// - Parameters:
        ///   - sourceType: The type of the source's matrices.
        ///   - sourceByteCount: Bytes of the source's weights.
        ///   - parameterCount: Numbers in all tensors.
        ///   - availableMemory: Memory there is for a model, in bytes.
        ///   - threshold: Beyond how many bytes of weights `auto` quantises.
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

    /// Decides.
    ///
    /// - Parameters:
    ///   - policy: What the caller wants.
    ///   - tag: The quantisation that the model's reference names; it wins over the policy.
    ///   - facts: The source and the machine.
    /// - Throws: `RoostError` with code `unsupportedModel` when `tag` is nothing that Roost makes.
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

    /// The recipe that a policy names; `nil` for those that depend on the source.
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
        // A tenth more for what a model needs besides its weights, as a dry run of a pull counts.
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
