import Foundation
import RoostCore
import SystemPackage
import Testing

@testable import ModelFormats

/// What is judged by the heads of the weights' files, before the weights are here.
@Suite struct TensorHeadTests {
    @Test(arguments: ModelFixture.names) func `heads that go with their configuration are accepted`(_ name: String) async throws {
        try await ConversionSource.check(try ModelFixture.config(name, [:]), try ModelFixture.checkpoint(name), makesVectors: false)
    }

    static let contradictions: [(fixture: String, changes: [String: (any Sendable)?], words: [String])] = [
        ("llama", ["num_key_value_heads": nil], ["k_proj", "[32, 64]", "[64, 64]"]),
        ("llama", ["intermediate_size": 128], ["[64, 160]", "[64, 128]"]),
        ("llama", ["head_dim": 32], ["k_proj", "[32, 64]", "[64, 64]"]), ("llama", ["vocab_size": 1100], ["1024 rows", "1100 tokens"]),
        ("qwen2", ["num_attention_heads": 8, "num_key_value_heads": 2], ["k_proj"]), ("qwen3", ["head_dim": 16], ["[16]"]),
        ("qwen3moe", ["moe_intermediate_size": 16], ["experts", "[8, 64, 32]", "[8, 64, 16]"]),
        ("qwen3moe", ["num_experts": 16], ["[8, 64]", "[16, 64]"]),
        ("gemma2", ["head_dim": 32, "query_pre_attn_scalar": 32], ["[64, 64]"]), ("gemma3", ["hidden_size": 128], ["embed_tokens", ", 128]"]),
        ("phi-3-tiny", ["intermediate_size": 160], ["down_proj", "[64, 96]", "[64, 160]"]), ("gpt2", ["n_ctx": 64], ["wpe", "[128, 64]"]),
        ("bert", ["type_vocab_size": 1], ["token_type", "[2, 32]", "[1, 32]"]), ("smollm2", ["num_hidden_layers": 3], ["lacks", "blk.2."]),
        ("smollm2", ["num_hidden_layers": 1], ["model.layers.1."]),
    ]

    @Test(arguments: contradictions.indices) func `shapes that contradict the configuration are refused, with both`(_ index: Int) async throws {
        let example = Self.contradictions[index]
        let config = try ModelFixture.config(example.fixture, example.changes)
        let checkpoint = try ModelFixture.checkpoint(example.fixture)
        let error = try await #require(throws: RoostError.self) { try await ConversionSource.check(config, checkpoint, makesVectors: false) }
        #expect(error.code == .unsupportedModel && example.words.allSatisfy(error.message.contains), "\(error.message)")
    }

    @Test(arguments: [SafetensorsType.f8E4M3, .i8, .u8]) func `weights in types that are no plain numbers are refused`(_ type: SafetensorsType)
        async throws
    {
        let checkpoint = try ModelFixture.checkpoint("llama") {
            $0.name == "model.layers.0.mlp.up_proj.weight" ? SafetensorsTensor(name: $0.name, type: type, shape: $0.shape, range: $0.range) : $0
        }
        let config = try ModelFixture.config("llama", [:])
        let error = try await #require(throws: RoostError.self) { try await ConversionSource.check(config, checkpoint, makesVectors: false) }
        #expect(error.message.contains(type.rawValue) && error.message.contains("up_proj"))
    }

    @Test(arguments: ["qwen3", "qwen2", "llama", "gemma3"]) func `names without the outer class's prefix are those with it`(_ name: String)
        async throws
    {
        let plain = try await ModelFixture.source(name)
        let bare = try await ModelFixture.source(name) { $0.named($0.name.description.replacing(/^model\./, with: "")) }
        #expect(Set(bare.tensors.map(\.name)) == Set(plain.tensors.map(\.name)) && plain.tensors.count == bare.tensors.count)
    }

    @Test func `a head that the configuration ties to the embedding is not used, which is said`() async throws {
        let untied = try await ModelFixture.source("llama")
        #expect(untied.tensors.contains { $0.name == "output.weight" })
        let tied = try await ModelFixture.source("llama", ["tie_word_embeddings": true])
        #expect(!tied.tensors.contains { $0.name == "output.weight" } && tied.tensors.count == untied.tensors.count - 1)
        #expect(tied.notes.contains { $0.contains("tie_word_embeddings") } && !untied.notes.contains { $0.contains("tie_word_embeddings") })
    }

    @Test func `a head that is neither stored nor tied is missed by its name`() async throws {
        let error = try await #require(throws: RoostError.self) {
            _ = try await ModelFixture.source("llama") { $0.name == "lm_head.weight" ? nil : $0 }
        }
        #expect(error.message.contains("lm_head.weight") && error.message.contains("tie_word_embeddings"))
    }

    @Test(arguments: [("llama", "LlamaModel"), ("mistral", "MistralModel")])
    func `a model of vectors needs no head`(_ fixture: String, _ className: String) async throws {
        let bare = try ModelFixture.checkpoint(fixture) {
            $0.name == "lm_head.weight" ? nil : $0.named($0.name.description.replacing(/^model\./, with: ""))
        }
        try await ModelFixture.withFolder(fixture, ["architectures": [className]]) { folder in
            #expect(throws: RoostError.self) { try ConversionSource(folder: folder, repository: "roost/model", checkpoint: bare) }
            let modules =
                #"[{"type":"sentence_transformers.models.Transformer","path":""},{"type":"sentence_transformers.models.Pooling","path":"1_Pooling"}]"#
            try Data(modules.utf8).write(to: URL(fileURLWithPath: folder.appending("modules.json").string))
            try FileManager.default.createDirectory(atPath: folder.appending("1_Pooling").string, withIntermediateDirectories: true)
            try Data(#"{"pooling_mode_lasttoken":true}"#.utf8).write(to: URL(fileURLWithPath: folder.appending("1_Pooling/config.json").string))
            let source = try ConversionSource(folder: folder, repository: "roost/model", checkpoint: bare)
            #expect(!source.tensors.contains { $0.name == "output.weight" } && source.value("llama.pooling_type") == .uint32(3))
        }
        let config = try ModelFixture.config(fixture, ["architectures": [className]])
        try await ConversionSource.check(config, bare, makesVectors: true)
        await #expect(throws: RoostError.self) { try await ConversionSource.check(config, bare, makesVectors: false) }
    }

    @Test func `a reranker's head is called what it is`() async throws {
        let error = try await #require(throws: RoostError.self) {
            _ = try await ModelFixture.source("llama") { $0.name == "lm_head.weight" ? $0.named("score.weight") : $0 }
        }
        #expect(error.message.contains("score.weight") && error.message.contains("ranks"))
        #expect(try await ModelFixture.source("qwen3", repository: "acme/Qwen3-Reranker-0.6B").notes.contains { $0.contains("reranker") })
    }

    @Test func `biases of Llama's feed-forward network are converted where the configuration has them`() throws {
        let layers = (0..<2).flatMap { layer in
            [("gate_proj", 160), ("up_proj", 160), ("down_proj", 64)].map { name, rows in
                SafetensorsTensor(name: ByteText("model.layers.\(layer).mlp.\(name).bias"), type: .f32, shape: [rows], range: 0..<Int64(4 * rows))
            }
        }
        let plain = try ModelFixture.checkpoint("llama")
        let checkpoint = try Checkpoint(headers: [
            (name: "model.safetensors", header: SafetensorsHeader(tensors: plain.tensors.map(\.tensor) + layers, fileSize: plain.files[0].size))
        ])
        let facts = try ModelFacts(
            config: ModelFixture.config("llama", ["mlp_bias": true]).with(defaults: Architecture.llama.defaults), tokenCount: 1024)
        let names = try TensorMapping.tensors(.llama, facts, checkpoint).map(\.name)
        #expect(["blk.0.ffn_gate.bias", "blk.1.ffn_up.bias", "blk.1.ffn_down.bias"].allSatisfy(names.contains))
    }

    @Test func `Mistral's waves are stretched as Llama's are`() async throws {
        let scaling: [String: Any] = [
            "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64,
        ]
        let tensors = try await ModelFixture.source("mistral", ["rope_scaling": scaling]).tensors
        #expect(tensors.first?.name == "rope_freqs.weight" && tensors.first?.dimensions == [16])
    }

    @Test func `a repository without a tokenizer, and one that ModelOpt quantised, are told by their files' names`() throws {
        let config = try ModelFixture.config("llama", [:])
        try ConversionSource.check(config, files: ["config.json", "tokenizer.json"])
        #expect(throws: RoostError.self) { try ConversionSource.check(config, files: ["config.json"]) }
        #expect(throws: RoostError.self) { try ConversionSource.check(config, files: ["config.json", "tokenizer.json", "hf_quant_config.json"]) }
    }
}
