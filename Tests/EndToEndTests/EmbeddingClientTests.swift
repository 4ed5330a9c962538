import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// Vectors and ranks with the real engine: a tiny BERT model, made of weights.
    @Suite(.serialized) struct EmbeddingClientTests {
        private static let model = "acme/sentence-bert:F16"

        /// A server that has the model; with a configuration that says how its vectors can be shortened.
        private func withModel(shortened: Bool = false, _ body: (Server, Site) async throws -> Void) async throws {
            try await withTemporaryDirectory { root in
                let files = try ConversionCareTests().hubFiles(in: root, ["sentence-bert"])
                if shortened {
                    let path = files.appending("acme/sentence-bert/config.json").string
                    let text = try String(contentsOfFile: path, encoding: .utf8)
                    try text.replacing("\"model_type\"", with: "\"matryoshka_dimensions\": [16, 32], \"model_type\"")
                        .write(toFile: path, atomically: true, encoding: .utf8)
                }
                try await FaultHub.run(files) { hub in
                    let site = Site(root: root, hubEndpoint: hub.endpoint)
                    let server = try await site.serve()
                    let job = try await server.pull(Self.model)
                    try #require(job.status == .succeeded, "\(job.traceback ?? "")")
                    try await body(server, site)
                    #expect(await server.stop() == 0)
                }
            }
        }

        private func post(_ server: Server, _ path: String, _ json: String) async throws -> (status: UInt, json: [String: Any]) {
            var request = HTTPClientRequest(url: server.url + path)
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: json))
            let response = try await HTTPClient.shared.execute(request, timeout: .patience)
            let body = try await response.body.collect(upTo: 8 << 20)
            return (response.status.code, try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any] ?? [:])
        }

        @Test func `OpenAI's client gets vectors, shortened ones and errors`() async throws {
            try await withModel(shortened: true) { server, _ in
                let output = try await PythonClient.openAI.run("openai_embeddings.py", [server.url, Self.model])
                #expect(try JSONDecoder().decode([String].self, from: output) == ["embeddings", "embeddings: shortened", "embeddings: errors"])
            }
        }

        @Test func `vectors that a model was not made to shorten are refused in another length than theirs`() async throws {
            try await withModel { server, _ in
                let refused = try await post(server, "/v1/embeddings", #"{"model":"\#(Self.model)","input":"sea","dimensions":32}"#)
                let error = try #require(refused.json["error"] as? [String: Any])
                #expect(refused.status == 400 && error["param"] as? String == "dimensions")
                #expect((error["message"] as? String)?.contains("may only be 64") == true, "\(error)")
                #expect(try await post(server, "/v1/embeddings", #"{"model":"\#(Self.model)","input":"sea","dimensions":64}"#).status == 200)
            }
        }

        @Test func `LangChain's tests of embeddings pass`() async throws {
            try await withModel { server, _ in
                let output = try await PythonClient.langChain.run(
                    "langchain_embeddings.py", ["-q", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto"], module: "pytest",
                    variables: ["ROOST_URL": server.url, "ROOST_MODEL": Self.model])
                #expect(String(decoding: output, as: UTF8.self).contains(" passed"))
            }
        }

        @Test func `a model with the pooling of a reranker ranks, and does nothing else`() async throws {
            try await withModel { server, site in
                try placeRanker(of: site)
                let ranking = try await post(
                    server, "/v1/rerank",
                    #"{"model":"acme/ranker","query":"sea","documents":["the sea","a hill",{"text":"a boat"}],"top_n":2,"return_documents":true}"#)
                #expect(ranking.status == 200, "\(ranking.json)")
                let results = try #require(ranking.json["results"] as? [[String: Any]])
                let scores = results.compactMap { $0["relevance_score"] as? Double }
                #expect(scores.count == 2 && scores == scores.sorted(by: >) && ranking.json["model"] as? String == "acme/ranker")
                for result in results {
                    let text = (result["document"] as? [String: String])?["text"]
                    #expect(text == ["the sea", "a hill", "a boat"][result["index"] as? Int ?? 0])
                }
                for (path, json) in [
                    ("/v1/embeddings", #"{"model":"acme/ranker","input":"x"}"#),
                    ("/v1/chat/completions", #"{"model":"acme/ranker","messages":[{"role":"user","content":"x"}]}"#),
                ] {
                    let answer = try await post(server, path, json)
                    #expect(answer.status == 400 && ((answer.json["error"] as? [String: Any])?["message"] as? String)?.contains("/v1/rerank") == true)
                }
                let tokens = try await post(server, "/tokenize", #"{"model":"acme/ranker","content":"sea"}"#)
                #expect(tokens.status == 200 && (tokens.json["tokens"] as? [Int])?.isEmpty == false)
            }
        }

        /// Puts a copy of the model into the Hub cache, with the pooling type 4.
        private func placeRanker(of site: Site) throws {
            var file = try Data(contentsOf: URL(fileURLWithPath: site.conversion("acme/sentence-bert", "F16").appending("model.gguf").string))
            let key = try #require(file.range(of: Data("bert.pooling_type".utf8)))
            // The type of the value, and the value, of four bytes each.
            file[key.upperBound + 4] = 4
            let folder = site.cache.appending("models--acme--ranker")
            let commit = String(repeating: "5", count: 40)
            for name in ["refs", "snapshots/\(commit)"] {
                try FileManager.default.createDirectory(atPath: folder.pushing(FilePath(name)).string, withIntermediateDirectories: true)
            }
            try Data(commit.utf8).write(to: URL(fileURLWithPath: folder.appending("refs").appending("main").string))
            try file.write(to: URL(fileURLWithPath: folder.pushing(FilePath("snapshots/\(commit)/ranker-F16.gguf")).string))
        }
    }
}
