import Foundation
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// Pulls of repositories that hold weights and no GGUF file.
    @Suite(.serialized) struct ConversionPullTests {
        private static let model = "tiny/SmolLM2"
        /// Heads of weights, configuration, index: what is asked for to plan a pull of the fixture, and never all of its weights of 2.8 MB.
        private static let planningBytes: Int64 = 1 << 20

        private func withServer(
            _ variables: [String: String] = [:], adding more: (FilePath) throws -> Void = { _ in }, _ body: (Server, FaultHub) async throws -> Void
        ) async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                try WeightsHub.add("smollm2", as: Self.model, to: files)
                try more(files)
                try await FaultHub.run(files) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint, variables: variables).serve()
                    try await body(server, hub)
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test func `weights become a model that chats, once for each recipe, and are fetched once`() async throws {
            try await withServer { server, hub in
                let job = try await server.pull(Self.model, quantize: .q4, initialize: true)
                try #require(job.status == .succeeded, "\(job.traceback ?? "")")
                #expect(job.preferredQuantized == true && job.progress == 1)
                #expect(try FilePath(#require(job.localPath)) == server.site.conversion(Self.model, "Q4_K_M"))
                let names = try FileManager.default.contentsOfDirectory(atPath: #require(job.localPath))
                #expect(names.filter { !$0.hasPrefix(".") }.sorted() == ["model.gguf", "receipt.json"])
                let chat = ChatRequest(model: Self.model, messages: [ChatMessage(role: .user, content: "Hi")], maxTokens: 4)
                let answer = try await server.client.chat(chat)
                #expect(answer.model == "\(Self.model):Q4_K_M" && answer.evalCount > 0)

                let digest = try sha256(of: server.site.conversion(Self.model, "Q4_K_M").appending("model.gguf"))
                let fetched = hub.meter.fileBytes
                let again = try await server.pull(Self.model, quantize: .q4)
                #expect(again.status == .succeeded && again.localPath == job.localPath)
                #expect(try await server.sentences(again).contains("\(Self.model):Q4_K_M was made of this commit before, and is used again."))
                let other = try await server.pull(Self.model, quantize: .q8)
                #expect(other.status == .succeeded && other.localPath != job.localPath, "\(other.traceback ?? "")")
                #expect(hub.meter.fileBytes - fetched < 2 * Self.planningBytes)
                #expect(try sha256(of: server.site.conversion(Self.model, "Q4_K_M").appending("model.gguf")) == digest)
                #expect(Set(try await server.client.models().map(\.model)) == ["\(Self.model):Q4_K_M", "\(Self.model):Q8_0"])
            }
        }

        @Test func `the choice of auto is told with its reason, by a dry run and by the job`() async throws {
            try await withServer { server, hub in
                var request = PullRequest(model: Self.model)
                request.isDryRun = true
                let preview = try await server.client.preview(request)
                #expect(preview.quantization == "F16" && preview.reason.contains("F16: the weights' ") && preview.missingBytes == preview.totalBytes)
                #expect(hub.meter.fileBytes < Self.planningBytes && server.site.madeModels().isEmpty)
                let job = try await server.pull(Self.model)
                #expect(job.status == .succeeded && job.preferredQuantized == false, "\(job.traceback ?? "")")
                let sentences = try await server.sentences(job)
                // How much memory there is changes from moment to moment.
                func lasting(_ reason: String) -> String { reason.components(separatedBy: " they fit into the ")[0] }
                #expect(sentences.contains { lasting(preview.reason).hasSuffix(lasting($0)) && $0.hasPrefix("F16: ") }, "\(sentences)")
                #expect(
                    try server.site.madeModels()
                        == ["\(server.site.conversion(Self.model, "F16"))/model.gguf"].map {
                            String($0.dropFirst("\(server.site.home)/models/".count))
                        })
            }
        }

        @Test func `beyond the threshold auto quantises and says why`() async throws {
            try await withServer(["MODEL_Q4_THRESHOLD_BYTES": "0"]) { server, _ in
                let job = try await server.pull(Self.model)
                #expect(job.status == .succeeded && job.localPath?.hasSuffix("/Q4_K_M") == true, "\(job.traceback ?? "")")
                let sentences = try await server.sentences(job)
                #expect(sentences.contains { $0.hasPrefix("Q4_K_M: the weights' ") && $0.contains("MODEL_Q4_THRESHOLD_BYTES") }, "\(sentences)")
            }
        }

        @Test func `what cannot be converted is refused with its reason before any weights come`() async throws {
            let card = ["README.md": "# A card\n"]
            try await withServer { files in
                try WeightsHub.addLarge("no/mamba", layers: 1, to: files)
                let config = #"{"architectures":["MambaForCausalLM"],"model_type":"mamba"}"#
                try Data(config.utf8).write(to: URL(fileURLWithPath: files.appending("no/mamba/config.json").string))
                try WeightsHub.add(card.merging(["config.json": "{}", "pytorch_model.bin": "PK"]) { $1 }, as: "no/pickle", to: files)
                try WeightsHub.add(
                    card.merging(["adapter_config.json": "{}", "adapter_model.safetensors": "{}"]) { $1 }, as: "no/adapter", to: files)
                try WeightsHub.add(card, as: "no/weights", to: files)
            } _: { server, hub in
                for (model, words) in [
                    ("no/mamba", "MambaForCausalLM"), ("no/pickle", "pickle"), ("no/adapter", "adapter"), ("no/weights", "safetensors"),
                ] {
                    let job = try await server.pull(model, quantize: .q4)
                    #expect(job.status == .failed && job.error?.contains(words) == true, "\(model): \(job.error ?? "")")
                    #expect(Sentence.problems(of: job.error ?? "") == [])
                }
                let unknown = try await server.pull("\(Self.model):Q3_K_L", quantize: .auto)
                #expect(unknown.status == .failed && unknown.error?.contains("Q3_K_L was asked for by name") == true, "\(unknown.error ?? "")")
                #expect(hub.meter.fileBytes < Self.planningBytes && server.site.madeModels().isEmpty)
            }
        }

        @Test func `a dry run refuses by the heads what the pull refuses, and neither fetches weights`() async throws {
            let cases: [(model: String, words: String)] = [
                ("no/shapes", "has the shape"), ("no/vocabulary", "800 tokens"), ("no/types", "U16"), ("no/head", "lm_head.weight"),
                ("no/activation", "hidden_act"), ("no/dense", "Dense"),
            ]
            try await withServer { files in
                for (model, _) in cases { try WeightsHub.add("smollm2", as: model, to: files) }
                try WeightsHub.configure("no/shapes", ["intermediate_size": 256], in: files)
                try WeightsHub.configure("no/vocabulary", ["vocab_size": 800], in: files)
                try WeightsHub.changeHead(of: files.appending("no/types/model-00002-of-00002.safetensors")) {
                    $0.replacing(#""BF16""#, with: #""U16""#)
                }
                try WeightsHub.configure("no/head", ["tie_word_embeddings": false], in: files)
                try WeightsHub.configure("no/activation", ["hidden_act": "gelu"], in: files)
                let modules =
                    #"[{"type":"sentence_transformers.models.Transformer","path":""},{"type":"sentence_transformers.models.Dense","path":"2_Dense"}]"#
                try Data(modules.utf8).write(to: URL(fileURLWithPath: files.appending("no/dense/modules.json").string))
            } _: { server, hub in
                for (model, words) in cases {
                    let fetched = hub.meter.fileBytes
                    var request = PullRequest(model: model)
                    request.isDryRun = true
                    let error = try await #require(throws: RoostError.self) { _ = try await server.client.preview(request) }
                    #expect(error.message.contains(words), "\(model): \(error.message)")
                    let job = try await server.pull(model, quantize: .auto)
                    #expect(
                        job.status == .failed && job.error?.contains(words) == true && job.downloadedBytes ?? 0 == 0, "\(model): \(job.error ?? "")")
                    #expect(Sentence.problems(of: job.error ?? "") == [])
                    #expect(hub.meter.fileBytes - fetched < 2 * Self.planningBytes, "\(model)")
                }
                #expect(server.site.madeModels().isEmpty)
            }
        }

        @Test func `weights that are no numbers are refused for every type, in the job's history`() async throws {
            try await withServer { files in
                try WeightsHub.setNumber(0x7FC0, in: Self.model, of: files)
            } _: { server, _ in
                for policy in [QuantizationPolicy.auto, .bf16, .q8, .q4] {
                    let job = try await server.pull(Self.model, quantize: policy)
                    #expect(job.status == .failed && job.error?.contains("not numbers (NaN) or infinite") == true, "\(policy): \(job.error ?? "")")
                    #expect(try await server.sentences(job).contains { $0.contains("not numbers (NaN) or infinite") })
                    #expect(Sentence.problems(of: job.error ?? "") == [])
                }
                #expect(server.site.madeModels().isEmpty)
            }
        }

        @Test func `auto takes BF16 where F16 cannot hold a number, and says so in history and receipt`() async throws {
            try await withServer { files in
                try WeightsHub.setNumber(0x47C3, in: Self.model, of: files)
            } _: { server, _ in
                let refused = try await server.pull(Self.model, quantize: .fp16)
                #expect(refused.status == .failed && refused.error?.contains("too large for F16") == true, "\(refused.error ?? "")")
                let job = try await server.pull(Self.model)
                #expect(job.status == .succeeded && job.localPath?.hasSuffix("/F16") == true, "\(job.traceback ?? "")")
                #expect(try await server.sentences(job).contains { $0.hasPrefix("BF16 instead of F16 in ") })
                let receipt = try String(
                    decoding: Data(contentsOf: URL(fileURLWithPath: #require(job.localPath)).appendingPathComponent("receipt.json")), as: UTF8.self)
                #expect(receipt.contains("BF16 instead of F16 in "))
            }
        }

        @Test func `weights named without the outer class's prefix become the same model`() async throws {
            try await withServer { files in
                try WeightsHub.add("qwen3", as: "tiny/prefixed", to: files)
                try WeightsHub.add("qwen3", as: "tiny/bare", to: files)
                try WeightsHub.changeHead(of: files.appending("tiny/bare/model.safetensors")) { $0.replacing(#""model."#, with: "\"") }
            } _: { server, _ in
                for model in ["tiny/prefixed", "tiny/bare"] {
                    let job = try await server.pull(model, quantize: .q8, initialize: true)
                    #expect(job.status == .succeeded, "\(model): \(job.traceback ?? "")")
                }
            }
        }
    }
}
