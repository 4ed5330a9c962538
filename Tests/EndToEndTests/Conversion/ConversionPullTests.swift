import Foundation
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
                #expect(sentences.contains { preview.reason.hasSuffix($0) && $0.hasPrefix("F16: ") }, "\(sentences)")
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
    }
}
