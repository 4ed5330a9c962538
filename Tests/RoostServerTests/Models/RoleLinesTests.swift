import Foundation
import NIOHTTP1
import RoostServer
import SystemPackage
import TestSupport
import Testing

/// A model whose file has no chat template, with the real engine. Its weights are random.
@Suite(.serialized, .timeLimit(.minutes(15))) struct RoleLinesTests {
    /// Puts a model without a chat template into the cache: a copy of one with a template, whose key gets another name of the same length.
    private func placeModel(_ server: RunningServer) throws {
        let fixture = URL(fileURLWithPath: TestEnvironment.testFile("../Fixtures/vision/tiny-F16.gguf").string)
        var bytes = try Data(contentsOf: fixture)
        let key = try #require(bytes.range(of: Data("tokenizer.chat_template".utf8)))
        bytes.replaceSubrange(key, with: Data("tokenizer.chat_xemplate".utf8))
        let model = try CachedModel(in: server, "acme/plain", file: "plain-F16.gguf", bytes: 1)
        try bytes.write(to: URL(fileURLWithPath: model.blob.string))
    }

    @Test func `it gets plain role lines, and its details say so`() async throws {
        let program = try TestEnvironment.llamaServer
        try await RunningServer.run(guardCommand: [TestEnvironment.roostExecutable.string, "engine-guard"]) {
            $0.llamaServer = program
            $0.contextLength = 512
        } _: { server in
            try placeModel(server)
            let detail = try await server.send(.GET, "/models/acme/plain").json()
            #expect((detail["models"] as? [[String: Any]])?.first?["chat_template"] as? String == "role_lines", "\(detail)")
            let answer = try await server.post(
                "/chat",
                #"{"model":"acme/plain","max_tokens":2,"messages":[{"role":"system","content":"s"},{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"},{"role":"user","content":"So?"}]}"#
            )
            #expect(answer.status == 200, "\(String(decoding: answer.body, as: UTF8.self))")
            func count(_ messages: String) async throws -> Int {
                let answer = try await server.post("/v1/messages/count_tokens", #"{"model":"acme/plain","messages":[\#(messages)]}"#)
                return try #require(try answer.json()["input_tokens"] as? Int, "\(String(decoding: answer.body, as: UTF8.self))")
            }
            // Both are the same text.
            let turns = try await count(
                #"{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello, friend"},{"role":"user","content":"So?"}"#)
            let lines = try await count(#"{"role":"user","content":"Hi\nAssistant: Hello, friend\nUser: So?"}"#)
            #expect(turns == lines && lines > 10)
            #if os(Linux)
                let process = try #require(try await server.engine()["pid"] as? Int)
                let arguments = try String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8).split(separator: "\0").map(String.init)
                #expect(arguments.filter { $0 == "--reverse-prompt" }.count == 2 && arguments.contains(#"\nUser:"#))
            #endif
        }
    }
}
