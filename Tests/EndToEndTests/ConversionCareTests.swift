import AsyncHTTPClient
import Foundation
import ModelLibrary
import NIOCore
import NIOHTTP1
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// Models made of weights, looked after with `roost models`, with a server and without.
    @Suite(.serialized) struct ConversionCareTests {
        static let model = "acme/smollm2"

        /// A hub with tiny models of the fixtures.
        func hubFiles(in root: FilePath, _ fixtures: [String] = ["smollm2"]) throws -> FilePath {
            let files = root.appending("hub-files")
            try FileManager.default.createDirectory(atPath: files.appending("acme").string, withIntermediateDirectories: true)
            for fixture in fixtures {
                try FileManager.default.copyItem(
                    atPath: TestEnvironment.testFile("Fixtures/\(fixture)/hf").string, toPath: files.appending("acme").appending(fixture).string)
            }
            return files
        }

        func decode<Value: Decodable>(_ type: Value.Type, _ output: String) throws -> Value {
            try JSONDecoder().decode(type, from: Data(output.utf8))
        }

        func damage(_ file: FilePath) throws {
            let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file.string).resolvingSymlinksInPath())
            try handle.seek(toOffset: 100_000)
            let byte = try #require(try handle.read(upToCount: 1)?.first)
            try handle.seek(toOffset: 100_000)
            try handle.write(contentsOf: [byte ^ 1])
            try handle.close()
        }

        @Test("a model that was made is listed, shown, verified, made again when it is damaged, and removed without its sources")
        func care() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try hubFiles(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    let pulled = try await site.roost(["pull", Self.model, "--quantize", "q8"], server: server)
                    #expect(pulled.code == 0 && pulled.output.contains("acme/smollm2:Q8_0 is here, "), "\(pulled.output)")
                    let made = try #require(try await server.client.models().first)
                    #expect(made.model == "acme/smollm2:Q8_0" && made.origin == .converted && made.localPath.hasSuffix("/Q8_0"))
                    #expect(pulled.output.contains("\(ByteCount(made.sizeBytes)): \(made.localPath)"), "\(pulled.output)")
                    #expect(try await site.roost(["models"], server: server).output.contains("weights"))
                    let detail = try await server.client.model(ModelSelector(parsing: Self.model))
                    let conversion = try #require(detail.conversions.first)
                    #expect(conversion.hasSources && conversion.receipt?.recipe == "Q8_0" && conversion.receipt?.architecture == "LlamaForCausalLM")
                    #expect(try await site.roost(["models", "show", Self.model], server: server).output.contains("which are here"))
                    let right = try sha256(of: FilePath(conversion.path))
                    #expect(try await server.client.verify(nil).sound)
                    try damage(FilePath(conversion.path))
                    #expect(try await server.client.verify(ModelSelector(parsing: "acme/smollm2:Q8_0")).findings.map(\.recipe) == ["Q8_0"])
                    let fetched = hub.meter.fileBytes
                    let repaired = try await site.roost(["models", "repair"], server: server)
                    #expect(repaired.code == 0, "\(repaired.output)")
                    #expect(try sha256(of: FilePath(conversion.path)) == right && hub.meter.fileBytes == fetched)
                    let plan = try await site.roost(["models", "rm", "acme/smollm2:Q8_0", "--dry-run", "--json"], server: server)
                    #expect(try decode(CacheCleanup.self, plan.output).removed.map(\.kind) == [.conversion])
                    #expect(try await site.roost(["models", "rm", "acme/smollm2:Q8_0"], server: server).code == 0)
                    #expect(try await server.client.models().isEmpty)
                    #expect(try await server.client.verify(nil).files > 5)
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test("without server and network a model is made of the cache, once; it works on when its sources are gone, and what is not here is said")
        func convertOffline() async throws {
            try await withTemporaryDirectory { root in
                let site = try await FaultHub.run(try hubFiles(in: root)) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    let job = try await server.pull("acme/smollm2:F16")
                    #expect(job.status == .succeeded, "\(job.traceback ?? "")")
                    #expect(await server.stop() == 0)
                    return site
                }
                // The hub is gone.
                let first = try await site.roost(["models", "convert", Self.model, "--quantize", "q8", "--json"])
                let result = try decode(ConversionResult.self, first.output)
                #expect(first.code == 0 && result.model == "acme/smollm2:Q8_0" && !result.wasMadeBefore && result.sizeBytes > 100_000)
                #expect(try result.receipt.model.digest == "sha256:\(sha256(of: FilePath(result.path)))")
                let again = try await site.roost(["models", "convert", "acme/smollm2:Q8_0"])
                #expect(again.code == 0 && again.output.contains("was made of this commit before"), "\(again.output)")
                let four = try await site.roost(["models", "convert", Self.model, "--quantize", "q4"])
                #expect(four.code == 0 && four.output.contains("acme/smollm2:Q4_K_M is made, "), "\(four.output)")
                let inspected = try await site.roost(["models", "inspect", "acme/smollm2:Q4_K_M"])
                #expect(inspected.code == 0 && inspected.output.contains("Q4_K") && inspected.output.contains("tokens of context"))
                let unknown = try await site.roost(["models", "convert", "acme/nobody"])
                #expect(unknown.code == 1 && unknown.output.contains("`roost pull acme/nobody`"), "\(unknown.output)")
                let shard = try site.snapshotFile(Self.model, "model-00002-of-00002.safetensors")
                try damage(shard)
                let damaged = try await site.roost(["models", "convert", Self.model, "--quantize", "bf16"])
                #expect(damaged.code == 1 && damaged.output.contains("hashes to"), "\(damaged.output)")
                try FileManager.default.removeItem(atPath: shard.string)
                let partial = try await site.roost(["models", "convert", Self.model, "--quantize", "bf16"])
                #expect(partial.code == 1 && partial.output.contains("not whole") && partial.output.contains("`roost pull acme/smollm2`"))
                try FileManager.default.removeItem(atPath: site.cache.string)
                let shown = try await site.roost(["models", "show", "acme/smollm2:Q8_0"])
                #expect(shown.code == 0 && shown.output.contains("the model works without them"), "\(shown.output)")
                #expect(try await site.roost(["models", "verify"]).code == 0)
            }
        }

        @Test("inspect reads files, folders and models, and refuses a broken file with a sentence")
        func inspect() async throws {
            try await withTemporaryDirectory { root in
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9")
                let json = try await site.roost(["models", "inspect", TestEnvironment.sampleModel.string, "--json"])
                let inspection = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
                #expect(inspection["architecture"] as? String == "llama" && inspection["file_size"] as? Int == 98_362_432)
                let text = try await site.roost(["models", "inspect", TestEnvironment.sampleModel.string])
                #expect(text.code == 0 && text.output.contains("Q4_1") && text.output.split(separator: "\n").allSatisfy { $0.count < 400 })
                let all = try await site.roost(["models", "inspect", TestEnvironment.sampleModel.string, "--tensors"])
                #expect(all.output.contains("blk.0.attn_q.weight"))
                let folder = try await site.roost(["models", "inspect", TestEnvironment.testFile("Fixtures/smollm2/hf").string])
                #expect(folder.code == 0 && folder.output.contains("LlamaForCausalLM") && folder.output.contains("It can be converted to a model"))
                for (name, bytes) in [("x.gguf", "GGUF\u{3}"), ("x.safetensors", "not one at all"), ("y.gguf", "")] {
                    let file = root.appending(name)
                    try Data(bytes.utf8).write(to: URL(fileURLWithPath: file.string))
                    let broken = try await site.roost(["models", "inspect", file.string])
                    let isSentence = broken.output.hasPrefix("roost: ") && broken.output.split(separator: "\n").count == 1
                    #expect(broken.code == 1 && isSentence, "\(broken.output)")
                }
                #expect(try await site.roost(["models", "inspect", "./nothing.gguf"]).code == 1)
                #expect(try await site.roost(["models", "inspect", "acme/nothing"]).code == 1)
            }
        }

        @Test("a BERT model that was made of weights gives vectors over OpenAI's route")
        func embeddings() async throws {
            try await withTemporaryDirectory { root in
                try await FaultHub.run(try hubFiles(in: root, ["sentence-bert"])) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint).serve()
                    let job = try await server.pull("acme/sentence-bert:F16", initialize: true)
                    #expect(job.status == .succeeded, "\(job.traceback ?? "")")
                    var request = HTTPClientRequest(url: server.url + "/v1/embeddings")
                    request.method = .POST
                    request.body = .bytes(ByteBuffer(string: #"{"model":"acme/sentence-bert:F16","input":["hello","world"]}"#))
                    let response = try await HTTPClient.shared.execute(request, timeout: .patience)
                    let body = String(buffer: try await response.body.collect(upTo: 1 << 20))
                    #expect(response.status == .ok, "\(body)")
                    let answer = try decode(Embeddings.self, body)
                    #expect(answer.data.count == 2 && answer.data[0].embedding.count > 8 && answer.data[0].embedding != answer.data[1].embedding)
                    #expect(await server.stop() == 0)
                }
            }
        }

        private struct Embeddings: Decodable {
            struct Vector: Decodable { let embedding: [Double] }
            let data: [Vector]
        }
    }
}
