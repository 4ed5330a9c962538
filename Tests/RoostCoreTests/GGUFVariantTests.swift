import RoostCore
import Testing

@Suite struct GGUFVariantTests {
    func variants(_ names: String...) throws -> [GGUFVariant] { GGUFVariant.variants(in: try names.map { try RepositoryFilePath(parsing: $0) }) }

    func choice(_ reference: String, _ policy: QuantizationPolicy, _ tags: String...) throws -> String? {
        let paths = try tags.map { try RepositoryFilePath(parsing: "model-\($0).gguf") }
        return try GGUFVariant.choose(for: ModelReference(parsing: reference), policy: policy, among: GGUFVariant.variants(in: paths))
            .quantization?.description
    }

    @Test func `only models count`() throws {
        #expect(try variants("README.md", "mmproj-model-f16.gguf", "model.imatrix.gguf", "model.safetensors").isEmpty)
    }

    @Test(arguments: [
        ("SmolLM2-135M-Instruct.Q4_1.gguf", "Q4_1"), ("Qwen3-0.6B-Q8_0.gguf", "Q8_0"), ("ggml-model-q4_0.gguf", "Q4_0"), ("x-fp16.gguf", "F16"),
        ("x-UD-Q4_K_XL.gguf", "Q4_K_XL"), ("x.IQ3_XXS.gguf", "IQ3_XXS"), ("BF16/x.gguf", "BF16"), ("gpt-oss-20b-MXFP4.gguf", "MXFP4"),
        ("plain.gguf", nil),
    ]) func `the quantisation is read from the name`(name: String, tag: String?) throws {
        #expect(try variants(name).first?.quantization?.description == tag)
    }

    @Test func `the parts of a split file are one variant, in order`() throws {
        let found = try variants("Q8/m-Q8_0-00002-of-00003.gguf", "Q8/m-Q8_0-00003-of-00003.gguf", "Q8/m-Q8_0-00001-of-00003.gguf", "m-Q4_K_M.gguf")
        #expect(found.map { $0.quantization?.description } == ["Q8_0", "Q4_K_M"])
        #expect(found[0].files.map(\.fileName) == (1...3).map { "m-Q8_0-0000\($0)-of-00003.gguf" })
    }

    @Test func `a split file with a part missing is no variant`() throws {
        #expect(try variants("m-00001-of-00003.gguf", "m-00003-of-00003.gguf").isEmpty)
    }

    @Test func `auto picks Q4_K_M, else the nearest`() throws {
        #expect(try choice("a/b", .auto, "Q8_0", "Q4_K_M", "F16") == "Q4_K_M")
        #expect(try choice("a/b", .auto, "Q8_0", "Q4_0", "Q4_K_S", "F16") == "Q4_K_S")
        #expect(try choice("a/b", .auto, "Q8_0", "Q5_K_M", "Q3_K_M") == "Q5_K_M")
        #expect(try choice("a/b", .auto, "F16", "Q8_0", "Q2_K") == "Q2_K")
        #expect(try choice("a/b", .auto, "F16", "F32") == "F16")
    }

    @Test func `a named quantisation wins over the policy`() throws {
        #expect(try choice("a/b:Q8_0", .q4, "Q8_0", "Q4_K_M") == "Q8_0")
    }

    @Test func `q4, fp16 and no choose by bits`() throws {
        #expect(try choice("a/b", .q4, "Q8_0", "Q4_0", "F16") == "Q4_0")
        #expect(try choice("a/b", .fp16, "Q8_0", "BF16", "F16") == "F16")
        #expect(try choice("a/b", .no, "Q8_0", "F32", "F16") == "F32")
    }

    @Test func `q4_0, q5, q6, q8 and bf16 take no other`() throws {
        let offered = ["Q4_0", "Q5_K_M", "Q5_K_S", "Q6_K", "Q8_0", "BF16"]
        for (policy, expected) in [(QuantizationPolicy.q4_0, "Q4_0"), (.q5, "Q5_K_M"), (.q6, "Q6_K"), (.q8, "Q8_0"), (.bf16, "BF16")] {
            let paths = try (offered + ["Q4_K_M", "F16"]).map { try RepositoryFilePath(parsing: "model-\($0).gguf") }
            let chosen = try GGUFVariant.choose(for: ModelReference(parsing: "a/b"), policy: policy, among: GGUFVariant.variants(in: paths))
            #expect(chosen.quantization?.description == expected)
            #expect(throws: RoostError.self) { try choice("a/b", policy, "Q4_K_M", "F16") }
        }
    }

    @Test func `a wish that cannot be met names what there is`() throws {
        let error = try #require(throws: RoostError.self) { try choice("a/b:Q5_K_M", .auto, "Q8_0", "F16") }
        #expect(error.message == "a/b has no GGUF file for Q5_K_M. It offers: F16, Q8_0.")
        #expect(throws: RoostError.self) { try choice("a/b", .q4, "Q8_0") }
        #expect(throws: RoostError.self) { try choice("a/b", .auto) }
    }
}
