import RoostCore
import Testing

/// Which of several quantisations is taken.
@Suite struct GGUFChoiceTests {
    func choice(_ reference: String, _ policy: QuantizationPolicy, _ tags: String...) throws -> String? {
        let paths = try tags.map { try RepositoryFilePath(parsing: "model-\($0).gguf") }
        return try GGUFListing(paths).choose(for: ModelReference(parsing: reference), policy: policy).label
    }

    @Test func `auto picks Q4_K_M, else the nearest`() throws {
        #expect(try choice("a/b", .auto, "Q8_0", "Q4_K_M", "F16") == "Q4_K_M")
        #expect(try choice("a/b", .auto, "Q8_0", "Q4_0", "Q4_K_S", "F16") == "Q4_K_S")
        #expect(try choice("a/b", .auto, "Q8_0", "Q5_K_M", "Q3_K_M") == "Q5_K_M")
        #expect(try choice("a/b", .auto, "F16", "Q8_0", "Q2_K") == "Q2_K")
        #expect(try choice("a/b", .auto, "F16", "F32") == "F16")
    }

    @Test func `of a plain file and a publisher's recipe of the same quantisation the plain one is taken`() throws {
        #expect(try choice("a/b", .auto, "UD-Q4_K_M", "Q4_K_M") == "Q4_K_M")
        #expect(try choice("a/b", .no, "UD-Q8_0", "Q8_0") == "Q8_0")
        #expect(try choice("a/b", .auto, "UD-Q4_K_M", "Q8_0") == "UD-Q4_K_M")
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
            #expect(try GGUFListing(paths).choose(for: ModelReference(parsing: "a/b"), policy: policy).label == expected)
            #expect(throws: RoostError.self) { try choice("a/b", policy, "Q4_K_M", "F16") }
        }
    }

    @Test func `a wish that cannot be met names what there is`() throws {
        let error = try #require(throws: RoostError.self) { try choice("a/b:Q5_K_M", .auto, "Q8_0", "F16") }
        #expect(error.message == "a/b has no GGUF model for Q5_K_M. It offers: F16, Q8_0.")
        #expect(throws: RoostError.self) { try choice("a/b", .q4, "Q8_0") }
        #expect(throws: RoostError.self) { try choice("a/b", .auto) }
    }
}
