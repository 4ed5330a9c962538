import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostAPI
import RoostClient
import RoostCore
import SystemPackage
import TestSupport
import Testing

extension EndToEndTests {
    /// Clients of Ollama's API, unchanged, with the real engine and a real model.
    @Suite(.serialized, .timeLimit(.minutes(15))) struct OllamaClientTests {
        private static let embedder = "tiny/sentences"
        private static let caller = "sample/tools"
        private static let fast = ["ROOST_THREADS": "1", "ROOST_CONTEXT_LENGTH": "1024"]

        private func withModel(_ body: (Server) async throws -> Void) async throws {
            try await withTemporaryDirectory { root in
                let files = try SampleHub.make(in: root)
                try WeightsHub.add("sentence-bert", as: Self.embedder, to: files)
                let folder = files.pushing(FilePath(Self.caller))
                try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
                try ToolModel.write(to: folder.appending("tools-Q4_1.gguf"))
                try await FaultHub.run(files) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint, variables: Self.fast).serve()
                    for model in [SampleHub.model, Self.embedder, Self.caller] {
                        let job = try await server.pull(model)
                        try #require(job.status == .succeeded, "\(job.traceback ?? "")")
                    }
                    try await body(server)
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test func `the ollama client works with all its functions, and errors are its own`() async throws {
            try await withModel { server in
                let gguf = TestEnvironment.testFile("Fixtures/vision/tiny-F16.gguf").string
                let said = try await PythonClient.ollama.run("ollama_client.py", [server.url, SampleHub.model, Self.embedder, Self.caller, gguf])
                #expect(String(decoding: said, as: UTF8.self).hasSuffix("good\n"))
            }
        }

        @Test func `LangChain's chat model and embeddings for Ollama work`() async throws {
            try await withModel { server in
                let said = try await PythonClient.langchainOllama.run(
                    "langchain_ollama_client.py", [server.url, SampleHub.model, Self.embedder, Self.caller])
                #expect(String(decoding: said, as: UTF8.self).hasSuffix("good\n"))
            }
        }

        /// A line of the answer to a pull.
        private struct Line: Decodable, Sendable {
            let status: String?
            let error: String?
            let digest: String?
            let total: Int?
            let completed: Int?
        }

        /// The lines of a pull, until the test has seen enough.
        private func pull(_ server: Server, _ model: String, until isEnough: @Sendable (Line) -> Bool) async throws -> [Line] {
            var request = HTTPClientRequest(url: server.url + "/api/pull")
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: #"{"model":"\#(model)"}"#))
            let response = try await HTTPClient.shared.execute(request, timeout: .patience)
            #expect(response.status == .ok && response.headers.first(name: "content-type") == "application/x-ndjson")
            var (rest, lines) = (ByteBuffer(), [Line]())
            for try await piece in response.body {
                rest.writeImmutableBuffer(piece)
                while let end = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
                    let line = rest.readSlice(length: end + 1 - rest.readerIndex)
                {
                    let read = try JSONDecoder().decode(Line.self, from: Data(line.readableBytesView))
                    lines.append(read)
                    if isEnough(read) { return lines }
                }
            }
            return lines
        }

        @Test func `a client that leaves a pull cancels nothing, and one that returns follows the same job to its end`() async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                try SampleHub.addNoise("noise/mid", bytes: 60 << 20, to: files)
                let gate = Gate(after: 20 << 20, of: "noise/mid")
                try await FaultHub.run(files, faults: [gate]) { hub in
                    defer { gate.open() }
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint, variables: Site.noEngine).serve()
                    let first = try await pull(server, "hf.co/noise/mid:Q4_0") { $0.completed ?? 0 >= 4 << 20 }
                    #expect(first.first?.status == "pulling manifest")
                    let bar = try #require(first.last)
                    #expect(bar.total == 60 << 20 && bar.digest?.hasPrefix("sha256:") == true)
                    let jobs = try await server.client.jobs()
                    #expect(jobs.count == 1 && jobs[0].job.status == .running)
                    // The second client begins where the job is, and the rest of the bytes comes only now.
                    async let second = pull(server, "noise/mid:Q4_0") { $0.status == "success" || $0.error != nil }
                    _ = try await eventually("the second client", within: .seconds(240)) {
                        try await server.client.job(jobs[0].job.id).job.downloadedBytes ?? 0 >= 16 << 20 ? true : nil
                    }
                    gate.open()
                    let lines = try await second
                    #expect(lines.last?.status == "success", "\(lines.last?.error ?? "")")
                    let completed = lines.compactMap(\.completed)
                    #expect(completed == completed.sorted() && completed.last == 60 << 20)
                    #expect(try await server.client.jobs().count == 1)
                    #expect(try await server.finished(jobs[0].job.id).status == .succeeded)
                    #expect(await server.stop() == 0)
                }
            }
        }

        @Test func `a store of Ollama is checked, and then served without a copy`() async throws {
            try await withTemporaryDirectory { root in
                let store = root.appending("ollama")
                let digest = try sha256(of: TestEnvironment.sampleModel)
                let blobs = store.appending("blobs")
                let manifests = store.appending("manifests/registry.ollama.ai/library/smollm2")
                for folder in [blobs, manifests] { try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true) }
                let blob = blobs.appending("sha256-\(digest)")
                do {
                    try FileManager.default.linkItem(atPath: TestEnvironment.sampleModel.string, toPath: blob.string)
                } catch {
                    try FileManager.default.copyItem(atPath: TestEnvironment.sampleModel.string, toPath: blob.string)
                }
                let layer = #"{"mediaType":"application/vnd.ollama.image.model","digest":"sha256:\#(digest)","size":98362432}"#
                try Data(#"{"schemaVersion":2,"layers":[\#(layer)]}"#.utf8).write(to: URL(fileURLWithPath: manifests.appending("135m").string))
                let site = Site(root: root, hubEndpoint: "http://127.0.0.1:9", variables: Self.fast)
                let server = try await site.serve()
                let imported = try await site.roost(["import", "ollama", store.string])
                #expect(imported.code == 0 && imported.output.contains("1 of 1 models are served from \(store)"), "\(imported.output)")
                #expect(try await server.client.models().map(\.model) == ["smollm2:135m"])
                let answer = try await server.client.chat(
                    ChatRequest(model: "smollm2", messages: [ChatMessage(role: .user, content: "Say hello.")], maxTokens: 4))
                #expect(answer.evalCount > 0 && answer.model == "smollm2:135m")
                let alias = try await site.roost(
                    ["alias", "set", "tiny", "smollm2:135m", "--system", "Be brief.", "-p", "temperature=0"], server: server)
                #expect(alias.code == 0 && alias.output.contains("tiny is smollm2:135m."), "\(alias.output)")
                let list = try await site.roost(["alias"], server: server)
                #expect(list.output.contains(/tiny +smollm2:135m +yes +temperature/), "\(list.output)")
                #expect(try await site.roost(["alias", "remove", "tiny"], server: server).code == 0)
                #expect(try await site.roost(["alias", "remove", "tiny"], server: server).code == 1)
                #expect(await server.stop() == 0)
                #expect(FileManager.default.fileExists(atPath: blob.string))
            }
        }
    }
}
