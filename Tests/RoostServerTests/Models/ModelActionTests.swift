import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostServer
import SystemPackage
import TestSupport
import Testing

/// `POST /models/{id}/load`, `/unload` and `/reload`, with the real engine.
@Suite(.serialized, .timeLimit(.minutes(15))) struct ModelActionTests {
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

    private func chat(_ tokens: Int, _ more: String = "") -> String {
        #"{"model":"acme/smol","max_tokens":\#(tokens),"ignore_eos":true,"messages":[{"role":"user","content":"Count."}]\#(more)}"#
    }

    @Test func `a model is loaded and unloaded by its id in the path, with slashes or without, and without a body`() async throws {
        try await withModel { server in
            let loaded = try await server.send(.POST, "/models/acme/smol/load")
            #expect(try loaded.status == 200 && loaded.json()["status"] as? String == "loaded", "\(String(decoding: loaded.body, as: UTF8.self))")
            #expect(try await server.engine()["state"] as? String == "ready")
            let detail = try await server.send(.GET, "/models/acme/smol").json()
            #expect((detail["models"] as? [[String: Any]])?.first?["chat_template"] as? String == "own")
            #expect(try await server.send(.POST, "/models/acme%2Fsmol%3AQ4_1/unload").json()["status"] as? String == "unloaded")
            #expect(try await server.engine().isEmpty)
            let pinned = try await server.send(.POST, "/models/acme%2Fsmol/load", body: Array(#"{"pin":true,"keep_alive":"1h"}"#.utf8)).json()
            #expect(pinned["pinned"] as? Bool == true && pinned["keep_alive"] as? String == "3600s")
            let wrong = try await server.send(.POST, "/models/acme/smol/load", body: Array(#"{"pin":7}"#.utf8))
            #expect(try wrong.status == 400 && wrong.json()["field"] as? String == "pin")
            for (path, status) in [("/models/acme/none/load", 404), ("/models/acme/smol/start", 405), ("/models/acme/smol:Q8_0/reload", 404)] {
                #expect(try await server.send(.POST, path).status == status, "\(path)")
            }
        }
    }

    @Test func `a reload lets the running answer end, and a request that comes meanwhile has the next engine`() async throws {
        try await withModel { server in
            let cold = try await server.send(.POST, "/models/acme/smol/reload")
            #expect(cold.status == 200)
            let old = try #require(try await server.engine()["pid"] as? Int)
            var request = HTTPClientRequest(url: server.url + "/v1/chat/completions")
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: chat(300, #","stream":true"#)))
            let response = try await HTTPClient.shared.execute(request, timeout: .patience)
            var pieces = response.body.makeAsyncIterator()
            _ = try await pieces.next()
            let reload = Task { try await server.send(.POST, "/models/acme/smol/reload") }
            let late = Task {
                while try await server.engine()["running"] as? Int == 1, try await server.engine()["pid"] as? Int == old {
                    try await Task.sleep(for: .milliseconds(20))
                }
                return try await server.post("/v1/chat/completions", chat(2))
            }
            var text = ""
            while let piece = try await pieces.next() { text += String(buffer: piece) }
            #expect(text.contains(#""finish_reason":"length""#) && text.hasSuffix("data: [DONE]\n\n"))
            #expect(try await reload.value.status == 200)
            #expect(try await late.value.status == 200)
            let new = try #require(try await server.engine()["pid"] as? Int)
            #expect(new != old)
        }
    }
}
