import ModelFormats
import RoostCore
import Testing

@Suite struct QuantizationMixTests {
    static func model(_ architecture: String = "llama", layers: Int = 2, experts: Int = 0, heads: Int = 8, keyValueHeads: Int = 2)
        -> QuantizationMix.Model
    {
        .init(architecture: architecture, layerCount: layers, expertCount: experts, headCount: heads, keyValueHeadCount: keyValueHeads)
    }

    func types(_ recipe: QuantizationRecipe, _ tensors: [(String, [Int])], _ model: QuantizationMix.Model = Self.model()) throws -> [String] {
        let tensors = tensors.map { QuantizationMix.Tensor(name: $0.0, shape: $0.1, plainType: .f32) }
        return try QuantizationMix.choices(for: recipe, model: model, tensors: tensors).map {
            "\($0.type.name)\($0.fallbackFrom.map { " for \($0.name)" } ?? "")"
        }
    }

    @Test func `norms, biases, routers, positions and vectors keep their type`() throws {
        let kept = [
            ("blk.0.attn_norm.weight", [256]), ("blk.0.attn_q_norm.weight", [256, 2]), ("blk.0.attn_q.bias", [256, 2]),
            ("blk.0.ffn_gate_inp.weight", [256, 8]),
            ("position_embd.weight", [256, 64]), ("rope_freqs.weight", [256, 1, 1, 1]),
        ]
        for recipe in QuantizationRecipe.allCases { #expect(try types(recipe, kept) == kept.map { _ in "F32" }) }
    }

    @Test func `an embedding gets more bits when it is the output as well`() throws {
        let (embedding, output) = (("token_embd.weight", [256, 64]), ("output.weight", [256, 64]))
        #expect(try types(.q4_K_M, [embedding]) == ["Q6_K"])
        #expect(try types(.q4_K_M, [embedding, output]) == ["Q4_K", "Q6_K"])
        #expect(try types(.q8_0, [embedding, output]) == ["Q8_0", "Q8_0"])
        #expect(try types(.bf16, [embedding, output]) == ["BF16", "BF16"])
    }

    @Test func `rows that are no whole number of blocks fall back, and that is told`() throws {
        let rows = [576, 48].map { ("blk.0.attn_q.weight", [$0, 64]) } + [("output.weight", [576, 64])]
        #expect(try types(.q4_K_M, rows) == ["Q5_0 for Q4_K", "F16 for Q4_K", "Q8_0"])
        #expect(try types(.q5_K_M, rows) == ["Q5_1 for Q5_K", "F16 for Q5_K", "Q8_0"])
        #expect(try types(.q6_K, rows) == ["Q8_0 for Q6_K", "F16 for Q6_K", "Q8_0"])
        #expect(try types(.q4_0, rows) == ["Q4_0", "F16 for Q4_0", "Q8_0 for Q6_K"])
        #expect(try types(.q8_0, rows) == ["Q8_0", "F16 for Q8_0", "Q8_0"])
    }

    @Test func `layers are counted by their number, not by the order of names`() throws {
        // Of 16 layers the first two, the last two and every third between get more bits: 4 is one of those, 10 and 9 are not.
        let layers = [10, 0, 4, 15, 9, 1, 2, 3, 5, 6, 7, 8, 11, 12, 13, 14]
        let found = try types(.q4_K_M, layers.map { ("blk.\($0).ffn_down.weight", [256, 64]) }, Self.model(layers: 16))
        #expect(zip(layers, found).filter { $1 == "Q6_K" }.map(\.0).sorted() == [0, 1, 4, 7, 10, 13, 14, 15])
        #expect(Set(found) == ["Q4_K", "Q6_K"])
    }

    @Test func `models of 70 billion share value matrices and give them more bits`() throws {
        let values = (0..<80).map { ("blk.\($0).attn_v.weight", [256, 64]) }
        #expect(Set(try types(.q4_K_M, values, Self.model(layers: 80))) == ["Q5_K", "Q6_K"])
        #expect(Set(try types(.q4_K_M, values, Self.model(layers: 80, keyValueHeads: 8))) == ["Q4_K", "Q6_K"])
        #expect(Set(try types(.q4_K_M, values, Self.model("qwen2", layers: 80, keyValueHeads: 8))) == ["Q5_K", "Q6_K"])
    }

    @Test func `eight experts leave size for better attention`() throws {
        let attention = ["q", "k", "v", "output"].map { ("blk.1.attn_\($0).weight", [256, 64]) }
        #expect(try types(.q4_K_M, attention, Self.model(experts: 8)) == ["Q4_K", "Q8_0", "Q8_0", "Q5_K"])
        #expect(try types(.q6_K, attention, Self.model(experts: 8)) == ["Q6_K", "Q8_0", "Q8_0", "Q6_K"])
        #expect(try types(.q4_K_M, attention, Self.model(experts: 4)) == ["Q4_K", "Q4_K", "Q6_K", "Q4_K"])
    }

    @Test func `an expert of no layer is refused`() {
        for name in ["blk.2.ffn_down_exps.weight", "ffn_down_exps.weight", "blk.99999999999999999999.ffn_down_exps.weight"] {
            #expect(throws: RoostError.self) { try types(.q4_K_M, [(name, [256, 64, 4])], Self.model(experts: 4)) }
        }
    }
}
