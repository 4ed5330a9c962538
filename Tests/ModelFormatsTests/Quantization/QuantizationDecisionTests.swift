import ModelFormats
import RoostCore
import Testing

@Suite struct QuantizationDecisionTests {
    func decide(
        _ policy: QuantizationPolicy = .auto, tag: String? = nil, source: TensorType = .bf16, bytes: Int64 = 14_000_000_000,
        parameters: Int64 = 7_000_000_000,
        memory: Int64 = 64_000_000_000, threshold: Int64 = QuantizationDecision.defaultThreshold
    ) throws -> QuantizationDecision {
        try QuantizationDecision(
            policy: policy, tag: tag.flatMap(QuantizationTag.init(parsing:)),
            facts: .init(sourceType: source, sourceByteCount: bytes, parameterCount: parameters, availableMemory: memory, threshold: threshold))
    }

    @Test func `auto keeps sixteen bits up to the threshold`() throws {
        let decision = try decide()
        #expect(decision.recipe == .f16)
        #expect(
            decision.reason
                == "F16: the weights' 14.0 GB are within MODEL_Q4_THRESHOLD_BYTES (14.0 GB), and at sixteen bits (14.0 GB) they fit into the 64.0 GB of memory there is."
        )
    }

    @Test func `auto quantises beyond the threshold, and says so`() throws {
        let decision = try decide(bytes: 14_000_000_001)
        #expect(decision.recipe == .q4_K_M)
        #expect(decision.reason == "Q4_K_M: the weights' 14.0 GB are more than MODEL_Q4_THRESHOLD_BYTES (14.0 GB).")
        #expect(try decide(bytes: 2, parameters: 1, threshold: 1).recipe == .q4_K_M)
    }

    @Test func `auto quantises what does not fit into memory at sixteen bits`() throws {
        #expect(try decide(memory: 15_400_000_000).recipe == .f16)
        let decision = try decide(memory: 15_399_999_999)
        #expect(decision.recipe == .q4_K_M)
        #expect(decision.reason == "Q4_K_M: at sixteen bits the weights take 14.0 GB, too much for the 15.4 GB of memory there is.")
        #expect(try decide(parameters: .max).recipe == .q4_K_M)
    }

    @Test(
        arguments: [
            (.q4, .q4_K_M), (.q4_0, .q4_0), (.q5, .q5_K_M), (.q6, .q6_K), (.q8, .q8_0), (.fp16, .f16), (.bf16, .bf16),
        ] as [(QuantizationPolicy, QuantizationRecipe)]) func `a policy that names a recipe gets it, whatever the size`(
            policy: QuantizationPolicy, recipe: QuantizationRecipe
        ) throws
    {
        #expect(try decide(policy, bytes: .max, parameters: .max, memory: 0).recipe == recipe)
    }

    @Test func `no keeps the type of the source`() throws {
        #expect(try [TensorType.f32, .f16, .bf16].map { try decide(.no, source: $0).recipe } == [.f32, .f16, .bf16])
        #expect(try decide(.no).reason == "BF16: `quantize` is no, so the weights keep the type of the source, BF16.")
    }

    @Test func `a quantisation in the model's name wins, and one that cannot be made is refused`() throws {
        #expect(try decide(.fp16, tag: "q6_k").recipe == .q6_K)
        #expect(try decide(tag: "Q4_K").recipe == .q4_K_M)
        let error = try #require(throws: RoostError.self) { try decide(tag: "IQ2_XXS") }
        #expect(error.field == "model")
        #expect(error.message.hasSuffix("It makes: F32, F16, BF16, Q4_0, Q4_K_M, Q5_K_M, Q6_K, Q8_0."))
    }
}
