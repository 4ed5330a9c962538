import Foundation
import NIOHTTP1
import RoostServer
import SystemPackage
import TestSupport
import Testing

/// Sessions of `/chat` over real HTTP, with the real engine.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ChatSessionTests {
    private func withModel(_ body: (RunningServer) async throws -> Void) async throws {
        let program = try TestEnvironment.llamaServer
        try await RunningServer.run(guardCommand: [TestEnvironment.roostExecutable.string, "engine-guard"]) {
            $0.llamaServer = program
            $0.contextLength = 1024
        } _: { server in
            try server.placeSampleModel()
            try await body(server)
        }
    }

    private func chat(_ text: String, _ more: String = "", session: String = "one/two") -> String {
        #"{"model":"acme/smol","max_tokens":4,"temperature":0,"session_id":"\#(session)","messages":[{"role":"user","content":"\#(text)"}]\#(more)}"#
    }

    private func session(_ server: RunningServer) async throws -> [[String: Any]] {
        let answer = try await server.send(.GET, "/sessions/one%2Ftwo")
        #expect(answer.status == 200)
        return try #require(try answer.json()["messages"] as? [[String: Any]])
    }

    @Test func `the model gets the earlier messages, and the last event comes after the turn is kept`() async throws {
        try await withModel { server in
            let first = try await server.post("/chat", chat("Say hello."))
            #expect(first.status == 200)
            let text = ((try first.json())["message"] as? [String: Any])?["content"] as? String
            #expect(try await session(server).map { $0["content"] as? String } == ["Say hello.", text])
            // At once, also in a stream.
            let second = try await server.post("/chat", chat("And now?", #","stream":true"#))
            #expect(String(decoding: second.body, as: UTF8.self).contains("\"done_reason\":\"length\""))
            let third = try await server.post("/chat", chat("Again."))
            #expect(try await session(server).map { $0["role"] as? String } == ["user", "assistant", "user", "assistant", "user", "assistant"])
            // The same conversation without a session has as many tokens of prompt, cached or not.
            var whole = try await session(server).dropLast().map { #"{"role":"\#($0["role"]!)","content":\#(json($0["content"]!))}"# }
            func counted(_ messages: [String]) async throws -> Int? {
                try await server.post("/v1/messages/count_tokens", #"{"model":"acme/smol","messages":[\#(messages.joined(separator: ","))]}"#)
                    .json()["input_tokens"] as? Int
            }
            let tokens = try await counted(whole)
            let stateless = try await server.post(
                "/v1/chat/completions", #"{"model":"acme/smol","max_tokens":1,"messages":[\#(whole.joined(separator: ","))]}"#
            ).json()
            #expect((stateless["usage"] as? [String: Any])?["prompt_tokens"] as? Int == tokens)
            #expect(try third.json()["prompt_eval_count"] as? Int ?? 0 <= tokens ?? 0)
            // Without history it is only the new message.
            let alone = try await server.post("/chat", chat("Hi", #","max_history":0"#))
            whole = [#"{"role":"user","content":"Hi"}"#]
            #expect(try alone.json()["prompt_eval_count"] as? Int ?? 0 <= (try await counted(whole)) ?? 0)

            #expect(try await server.send(.DELETE, "/sessions/one%2Ftwo").json()["status"] as? String == "deleted")
            let gone = try await server.send(.GET, "/sessions/one%2Ftwo")
            #expect(try gone.status == 404 && gone.json()["code"] as? String == "not_found")
        }
    }

    private func json(_ value: Any) -> String {
        (try? JSONSerialization.data(withJSONObject: value, options: .fragmentsAllowed)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    @Test func `a turn that fails changes nothing, and a bad name is refused`() async throws {
        try await RunningServer.run { server in
            #expect(try await server.post("/chat", chat("Hi")).status == 404)
            #expect(try await server.send(.GET, "/sessions/one%2Ftwo").status == 404)
            for (more, field) in [(#","max_history":1001"#, "max_history"), (#","max_history":"all""#, "max_history")] {
                let answer = try await server.post("/chat", chat("Hi", more))
                #expect(try answer.status == 400 && answer.json()["field"] as? String == field)
            }
            let empty = try await server.post("/chat", chat("Hi", session: ""))
            #expect(try empty.status == 400 && empty.json()["field"] as? String == "session_id")
        }
    }
}
