import RoostCore
import TestSupport
import Testing

@Suite struct GGUFListingTests {
    func listing(_ names: [String]) throws -> GGUFListing { GGUFListing(try names.map { try RepositoryFilePath(parsing: $0) }) }

    func models(_ names: String...) throws -> [GGUFVariant] { try listing(names).models }

    @Test(
        arguments: [
            ("SmolLM2-135M-Instruct.Q4_1.gguf", "Q4_1", "Q4_1"), ("Qwen3-0.6B-Q8_0.gguf", "Q8_0", "Q8_0"), ("ggml-model-q4_0.gguf", "Q4_0", "Q4_0"),
            ("x-fp16.gguf", "F16", "F16"), ("x-UD-Q4_K_XL.gguf", "Q4_K_XL", "UD-Q4_K_XL"), ("x.i1-Q4_K_M.gguf", "Q4_K_M", "i1-Q4_K_M"),
            ("x.IQ3_XXS.gguf", "IQ3_XXS", "IQ3_XXS"), ("BF16/x.gguf", "BF16", "BF16"), ("UD-IQ1_S/x-00001-of-00001.gguf", "IQ1_S", "UD-IQ1_S"),
            ("gpt-oss-20b-MXFP4.gguf", "MXFP4", "MXFP4"), ("plain.gguf", nil, nil), ("X-Q8_0.GGUF", "Q8_0", "Q8_0"),
        ] as [(String, String?, String?)])
    func `the quantisation is read from the name, with its publisher's word`(name: String, tag: String?, label: String?) throws {
        let model = try #require(try models(name).first)
        #expect(model.quantization?.description == tag && model.label == label)
    }

    @Test func `the parts of a split file are one model, in order`() throws {
        let found = try models("Q8/m-Q8_0-00002-of-00003.gguf", "Q8/m-Q8_0-00003-of-00003.gguf", "Q8/m-Q8_0-00001-of-00003.gguf", "m-Q4_K_M.gguf")
        #expect(found.map(\.label) == ["Q4_K_M", "Q8_0"])
        #expect(found[1].files.map(\.fileName) == (1...3).map { "m-Q8_0-0000\($0)-of-00003.gguf" })
    }

    @Test(arguments: [
        "mtp-gem-Q8_0.gguf", "MTP/gem-Q8_0-MTP.gguf", "gem-Q8_0-MTP.gguf", "Step-flash-mtp-BF16.gguf", "eagle3-Llama-3.3-70B-BF16.gguf",
        "dflash-DeepSeek-V4-Q4_K_M.gguf", "dspark-x-Q4_K_M.gguf", "mmproj-F16.gguf", "model-mmproj-f16.gguf", "imatrix.gguf", "model.imatrix.gguf",
        "imatrix-00001-of-00001.gguf", "README.md", "model.safetensors",
    ]) func `a helper of a model is no model, whatever its tag`(name: String) throws {
        #expect(try models(name, "gem-Q4_0.gguf").map(\.name) == ["gem-Q4_0"])
    }

    @Test(
        arguments: [
            ("m-imatrix-Q4_K_M.gguf", "llama", nil, true), ("m-Q4_K_M-imatrix.gguf", "llama", "model", true),
            ("imatrix-m-Q8_0.gguf", nil, "imatrix", false),
            ("my-lora-F16.gguf", "llama", "adapter", false), ("merged-lora-Q4_K_M.gguf", "llama", "model", true),
            ("gem-assistant-Q8_0.gguf", "gemma4-assistant", "model", false), ("My-Assistant-Q8_0.gguf", "qwen3", "model", true),
            ("x-MTP-Q8_0.gguf", "eagle3", nil, false), ("flux-vae-F16.gguf", "pig", nil, false), ("vae/x-F16.gguf", "clip", nil, false),
            ("plain.gguf", "llama", "adapter", false), ("plain.gguf", "llama", nil, true),
        ] as [(String, String?, String?, Bool)])
    func `the head decides what a name leaves open`(name: String, architecture: String?, type: String?, isModel: Bool) throws {
        var listing = try listing([name])
        let model = try #require(listing.models.first)
        #expect(listing.unclear(like: model) == [model])
        listing.settle { _ in GGUFHead(prefix: ggufBytes(architecture: architecture, type: type)) }
        #expect(listing.models.count == (isModel ? 1 : 0) && (listing.explanation == nil) == isModel)
        #expect(listing.models.allSatisfy { listing.unclear(like: $0).isEmpty })
    }

    @Test func `without a head that can be read, a suspicious name counts`() throws {
        var listing = try listing(["my-lora-F16.gguf", "plain.gguf"])
        listing.settle { _ in nil }
        #expect(listing.models.map(\.name) == ["plain"])
    }

    @Test func `of two models with one tag each is looked at, called by its file, and found by it`() throws {
        let repository = try RepositoryID(parsing: "a/b")
        let listing = try listing(["tiny-Q8_0.gguf", "tiny-long-Q8_0.gguf", "tiny-Q4_K_M.gguf", "sub/tiny-Q8_0.gguf"])
        #expect(listing.unclear(like: listing.models[0]).count == 3)
        let names = listing.models.map { listing.reference(to: $0, of: repository).description }
        #expect(names == ["a/b:tiny-Q8_0", "a/b:Q4_K_M", "a/b:tiny-long-Q8_0", "a/b:sub/tiny-Q8_0"])
        for (model, name) in zip(listing.models, names) {
            #expect(try listing.choose(for: ModelReference(parsing: name), policy: .auto) == model)
        }
        let choice = try listing.choose(for: ModelReference(parsing: "a/b:Q8_0"), policy: .auto)
        #expect(choice.name == "tiny-Q8_0")
        let reason = try listing.reason(for: choice, ModelReference(parsing: "a/b:Q8_0"), policy: .auto)
        #expect(reason == "\"tiny-Q8_0\" was asked for by name; Q8_0 could also mean \"tiny-long-Q8_0\", \"sub/tiny-Q8_0\".")
    }

    @Test(arguments: [
        ("IQ2_M", "x-IQ2_M"), ("UD-IQ2_M", "x-UD-IQ2_M"), ("ud-iq2_m", "x-UD-IQ2_M"), ("Q4_K_XL", "x-UD-Q4_K_XL"), ("i1-Q4_K_M", "y.i1-Q4_K_M"),
        ("Q4_K_M", "y.i1-Q4_K_M"), ("x-UD-IQ2_M.gguf", "x-UD-IQ2_M"), ("BF16", "BF16/x"), ("x", "BF16/x"), ("BF16/x-00001-of-00002.gguf", "BF16/x"),
        ("my_Q5_K_M", "my_Q5_K_M"), ("Q5_K_M", "my_Q5_K_M"),
    ]) func `every model can be named, and a tag prefers the plain one`(text: String, name: String) throws {
        let files = [
            "x-IQ2_M.gguf", "x-UD-IQ2_M.gguf", "x-UD-Q4_K_XL.gguf", "y.i1-Q4_K_M.gguf", "BF16/x-00001-of-00002.gguf", "BF16/x-00002-of-00002.gguf",
            "my_Q5_K_M.gguf",
        ]
        #expect(try listing(files).choose(for: ModelReference(parsing: "a/b:\(text)"), policy: .auto).name == name)
    }

    @Test func `a file that is named like the word for no particular model is found by its name`() throws {
        let listing = try listing(["first.gguf", "latest.gguf"])
        for model in listing.models {
            let reference = try ModelReference(parsing: listing.reference(to: model, of: RepositoryID(parsing: "a/b")).description)
            #expect(try listing.choose(for: reference, policy: .auto) == model)
        }
    }

    @Test func `what is no whole model is said`() throws {
        let path = { try RepositoryFilePath(parsing: $0) }
        let files: [(path: RepositoryFilePath, size: Int64?)] = [
            (try path("m-Q8_0-00001-of-00004.gguf"), 10), (try path("m-Q8_0-00004-of-00004.gguf"), 10), (try path("e-Q4_0.gguf"), 0),
            (try path("s-F16-00001-of-00002.gguf"), 10), (try path("s-F16-00002-of-00002.gguf"), 0), (try path("mmproj-F16.gguf"), 10),
        ]
        let listing = GGUFListing(files)
        #expect(listing.models.isEmpty)
        let error = try #require(throws: RoostError.self) { try listing.choose(for: ModelReference(parsing: "a/b"), policy: .auto) }
        #expect(error.code == .unsupportedModel)
        for words in [
            "\"m-Q8_0\" is split into 4 parts, and parts 2, 3 are missing", "\"e-Q4_0.gguf\" is empty",
            "\"s-F16\" is split into 2 parts, and part 2 is empty", "\"mmproj-F16.gguf\" is a projector",
        ] { #expect(error.message.contains(words), "\(error.message)") }
    }

    @Test func `a name that fits only what is no model is told so, beside what there is`() throws {
        let listing = try listing(["m-Q8_0-00001-of-00002.gguf", "m-Q4_0.gguf"])
        let error = try #require(throws: RoostError.self) { try listing.choose(for: ModelReference(parsing: "a/b:Q8_0"), policy: .auto) }
        #expect(
            error.message
                == "a/b has no GGUF model for Q8_0; \"m-Q8_0\" is split into 2 parts, and part 2 is missing. It offers: Q4_0.")
    }

    @Test func `a repository of many files is sorted at once and named in few words`() throws {
        let listing = try listing((0..<5000).map { "m\($0)-Q8_0.gguf" })
        let error = try #require(throws: RoostError.self) { try listing.choose(for: ModelReference(parsing: "a/b:Q4_0"), policy: .auto) }
        #expect(error.message.utf8.count < 1000 && error.message.hasSuffix("and 4976 more."))
    }

    @Test(
        arguments: [
            (["mmproj-BF16.gguf", "mmproj-F16.gguf", "mmproj-F32.gguf", "mmproj-Q8_0.gguf"], "gem-Q4_0.gguf", "mmproj-F16"),
            (["mmproj-Q8_0.gguf", "mmproj-F32.gguf", "mmproj-BF16.gguf"], "gem-Q4_0.gguf", "mmproj-BF16"),
            (["mmproj-Q4_0.gguf", "mmproj-Q8_0.gguf", "mmproj-F32.gguf"], "gem-Q4_0.gguf", "mmproj-F32"),
            (["mmproj-Q4_0.gguf", "mmproj-Q8_0.gguf", "mmproj-x.gguf"], "x-Q4_0.gguf", "mmproj-Q8_0"),
            (["mmproj-model-f16.gguf"], "gem-Q4_0.gguf", "mmproj-model-f16"), (["gem-mmproj-bf16.gguf"], "gem-Q4_0.gguf", "gem-mmproj-bf16"),
            (["mmproj-gem-3-4b-F16.gguf", "mmproj-gem-3-12b-BF16.gguf"], "gem-3-12b-Q4_K_M.gguf", "mmproj-gem-3-12b-BF16"),
            (["mmproj-F16.gguf", "Q4/mmproj-Q8_0.gguf"], "Q4/gem.gguf", "Q4/mmproj-Q8_0"),
            (["mmproj-F16.gguf", "other/mmproj-F16.gguf"], "Q4/gem-Q4_0.gguf", "mmproj-F16"),
            (["other/mmproj-F16.gguf"], "gem-Q4_0.gguf", nil), (["mmproj-F16-00001-of-00002.gguf"], "gem-Q4_0.gguf", nil),
            (["imatrix.gguf", "mtp-gem-Q8_0.gguf"], "gem-Q4_0.gguf", nil),
        ] as [([String], String, String?)])
    func `a model's projector is the nearest, of its name, with sixteen bits`(helpers: [String], model: String, projector: String?) throws {
        let listing = try listing(helpers + [model])
        #expect(listing.models.count == 1)
        #expect(listing.projector(for: listing.models[0])?.name == projector)
    }

    @Test func `an empty projector is none, and a head tells one without the word in its name`() throws {
        let path = { try RepositoryFilePath(parsing: $0) }
        let files: [(path: RepositoryFilePath, size: Int64?)] = [
            (try path("mmproj-F16.gguf"), 0), (try path("gem-Q8_0.gguf"), 9), (try path("gem-eyes.gguf"), 9),
        ]
        var listing = GGUFListing(files)
        let model = try #require(listing.models.first { $0.name == "gem-Q8_0" })
        #expect(listing.projectors.isEmpty && listing.projector(for: model) == nil)
        listing.settle { GGUFHead(prefix: ggufBytes(architecture: $0.description == "gem-eyes.gguf" ? "clip" : "llama", type: nil)) }
        #expect(listing.models.map(\.name) == ["gem-Q8_0"] && listing.projector(for: model)?.name == "gem-eyes")
    }
}
