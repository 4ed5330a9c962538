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
    /// Models with a second file: a projector for images, and a draft model. The models are tiny, with random weights; the engine is the real one.
    @Suite(.serialized) struct VisionTests {
        private static let model = "tiny/vision"

        private func withServer(
            _ variables: [String: String] = [:], _ body: (Server) async throws -> Void
        ) async throws {
            try await withTemporaryDirectory { root in
                let files = root.appending("hub-files")
                for repository in [Self.model, "tiny/draft"] {
                    let folder = files.appending(repository)
                    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
                    try copy("tiny-F16.gguf", to: folder.appending("tiny-F16.gguf"))
                }
                try copy("mmproj-F16.gguf", to: files.appending(Self.model).appending("mmproj-F16.gguf"))
                try copy("mmproj-F16.gguf", to: files.appending(Self.model).appending("mmproj-BF16.gguf"))
                try WeightsHub.add("smollm2", as: "tiny/smol", to: files)
                try await FaultHub.run(files) { hub in
                    let server = try await Site(root: root, hubEndpoint: hub.endpoint, variables: variables).serve()
                    try await body(server)
                    #expect(await server.stop() == 0)
                }
            }
        }

        private func copy(_ fixture: String, to path: FilePath) throws {
            try FileManager.default.copyItem(atPath: TestEnvironment.testFile("Fixtures/vision/\(fixture)").string, toPath: path.string)
        }

        private struct Answer: Decodable {
            struct Usage: Decodable { let prompt_tokens: Int }
            struct Timings: Decodable {
                let draft_n: Int?
                let draft_n_accepted: Int?
            }
            struct Choice: Decodable {
                struct Message: Decodable { let content: String }
                let message: Message
            }
            let choices: [Choice]
            let usage: Usage
            let timings: Timings
        }

        private func ask(_ server: Server, image: String? = nil, model: String = Self.model) async throws -> (status: UInt, body: String) {
            let picture = image.map { #",{"type":"image_url","image_url":{"url":"data:image/bmp;base64,\#($0)"}}"# } ?? ""
            var request = HTTPClientRequest(url: server.url + "/v1/chat/completions")
            request.method = .POST
            request.body = .bytes(
                ByteBuffer(
                    string:
                        #"{"model":"\#(model)","max_tokens":24,"temperature":0,"ignore_eos":true,"messages":[{"role":"user","content":[{"type":"text","text":"What is it?"}\#(picture)]}]}"#
                ))
            let response = try await HTTPClient.shared.execute(request, timeout: .patience)
            return (response.status.code, String(buffer: try await response.body.collect(upTo: 1 << 20)))
        }

        private func answer(_ server: Server, image: String? = nil) async throws -> Answer {
            let (status, body) = try await ask(server, image: image)
            try #require(status == 200, "\(body)")
            return try JSONDecoder().decode(Answer.self, from: Data(body.utf8))
        }

        /// A BMP of sixteen by sixteen pixels of one colour.
        private func picture(_ colour: [UInt8]) -> String {
            func little(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
            let head = [UInt8](arrayLiteral: 1, 0, 24, 0) + (0..<6).flatMap { _ in little(0) }
            let pixels = (0..<256).flatMap { _ in colour }
            let file = Array("BM".utf8) + little(54 + 768) + little(0) + little(54) + little(40) + little(16) + little(16) + head + pixels
            return Data(file).base64EncodedString()
        }

        @Test func `a model is pulled with its projector, sees images, and is removed with it`() async throws {
            try await withServer { server in
                let pull = try await server.site.roost(["pull", Self.model, "--init"], server: server)
                #expect(pull.code == 0, "\(pull.output)")
                let detail = try await server.client.model(ModelSelector(parsing: Self.model))
                #expect(detail.models.map(\.projector) == ["mmproj-F16.gguf"] && detail.models[0].sizeBytes == 464_256 + 65_920)
                #expect(detail.revisions[0].files.map(\.path).sorted() == ["mmproj-F16.gguf", "tiny-F16.gguf"])
                let shown = try await server.site.roost(["models", "show", Self.model], server: server)
                #expect(shown.output.contains("projector mmproj-F16.gguf"), "\(shown.output)")

                let (red, blue) = (picture([0, 0, 255]), picture([255, 0, 0]))
                let text = try await answer(server)
                let first = try await answer(server, image: red)
                // Sixteen patches.
                #expect(first.usage.prompt_tokens == text.usage.prompt_tokens + 16)
                #expect(try await answer(server, image: red).choices[0].message.content == first.choices[0].message.content)
                #expect(try await answer(server, image: blue).choices[0].message.content != first.choices[0].message.content)

                // What claims to be an image and is none is the client's fault, and the engine goes on.
                let broken = Data(Array("BM".utf8) + Array(repeating: 1, count: 40)).base64EncodedString()
                let refused = try await ask(server, image: broken)
                #expect(refused.status == 400, "\(refused.body)")
                let fit = try await server.client.fit(ModelReference(parsing: Self.model))
                #expect(fit.answer == "loaded" && fit.parts.weights > 400_000)

                #expect(try await server.site.roost(["models", "rm", Self.model + ":F16", "--force"], server: server).code == 0)
                #expect(try await server.client.models().isEmpty)
                #expect(!FileManager.default.fileExists(atPath: try server.site.snapshotFile(Self.model, "mmproj-F16.gguf").string))
            }
        }

        @Test func `without its projector a model refuses images before it is loaded, and says how to get it`() async throws {
            try await withServer { server in
                let pull = try await server.site.roost(["pull", Self.model, "--no-projector"], server: server)
                #expect(pull.code == 0, "\(pull.output)")
                let refused = try await ask(server, image: picture([0, 0, 255]))
                #expect(refused.status == 400 && refused.body.contains("roost pull tiny/vision:F16"), "\(refused.body)")
                #expect(try await server.client.models().map(\.loaded) == [false])
                #expect(try await ask(server).status == 200)
                // The advice helps, also that for a model which is loaded already.
                let again = try await server.site.roost(["pull", Self.model + ":F16"], server: server)
                #expect(again.code == 0, "\(again.output)")
                let loaded = try await ask(server, image: picture([0, 0, 255]))
                #expect(loaded.status == 400 && loaded.body.contains("roost unload tiny/vision:F16"), "\(loaded.body)")
                try await server.client.unload(Self.model)
                #expect(try await ask(server, image: picture([0, 0, 255])).status == 200)
            }
        }

        @Test func `a projector of another model is refused with one sentence, as often as it is asked, and can be removed`() async throws {
            try await withServer { server in
                let job = try await server.pull("tiny/smol", quantize: .fp16)
                try #require(job.status == .succeeded, "\(job.traceback ?? "")")
                let made = try server.site.conversion("tiny/smol", "F16").appending("model.gguf")
                let hub = server.site.root.appending("hub-files/tiny/other")
                try FileManager.default.createDirectory(atPath: hub.string, withIntermediateDirectories: true)
                try FileManager.default.copyItem(atPath: made.string, toPath: hub.appending("smol-F16.gguf").string)
                try copy("mmproj-F16.gguf", to: hub.appending("mmproj-F16.gguf"))
                #expect(try await server.pull("tiny/other").status == .succeeded)
                for _ in 0..<2 {
                    let refused = try await ask(server, model: "tiny/other")
                    #expect(refused.status == 400 && refused.body.contains("is the projector of another model"), "\(refused.body)")
                }
                #expect(try await server.site.roost(["models", "rm", "tiny/other:mmproj-F16.gguf"], server: server).code == 0)
                let answer = try await ask(server, model: "tiny/other")
                #expect(answer.status == 200, "\(answer.body)")
            }
        }

        @Test func `a draft model of the same vocabulary drafts, and the text is the same without it`() async throws {
            var texts: [String] = []
            for drafts in ["", "tiny/vision=tiny/draft:F16"] {
                try await withServer(["ROOST_DRAFT_MODELS": drafts]) { server in
                    for model in [Self.model, "tiny/draft"] { #expect(try await server.pull(model).status == .succeeded) }
                    let answer = try await answer(server)
                    texts.append(answer.choices[0].message.content)
                    if drafts.isEmpty {
                        #expect(answer.timings.draft_n == nil)
                    } else {
                        #expect(answer.timings.draft_n ?? 0 > 0 && answer.timings.draft_n_accepted == answer.timings.draft_n)
                        #expect(try await self.answer(server, image: picture([0, 0, 255])).choices[0].message.content.isEmpty == false)
                    }
                }
            }
            #expect(texts.count == 2 && texts[0] == texts[1])
        }
    }
}
