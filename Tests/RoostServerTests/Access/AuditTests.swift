import Access
import Foundation
import NIOHTTP1
import RoostAPI
import RoostCore
import TestSupport
import Testing

@testable import RoostServer

/// What the audit log has of requests.
@Suite struct AuditTests {
    private func entries(_ server: RunningServer, _ key: String, _ query: String = "") async throws -> [AuditEntry] {
        let answer = try await server.send(.GET, "/audit" + query, key: key)
        return try JSONDecoder().decode([String: [AuditEntry]].self, from: answer.body)["audit"] ?? []
    }

    @Test func `each action that changes something is recorded before its answer, with its outcome`() async throws {
        let new = [NewKey(name: "root", scopes: [.admin]), NewKey(name: "bob", scopes: [.pull, .chat])]
        try await RunningServer.run(keys: new) { server, keys in
            let ids = keys.map { String($0.dropFirst(4).prefix(8)) }
            let body = #"{"model":"org/name","run_after":"2099-01-01T00:00:00Z"}"#
            let pull = try await server.send(.POST, "/pull", key: keys[1], body: body)
            let job = try JSONDecoder().decode(PullAccepted.self, from: pull.body).jobID
            _ = try await server.send(.POST, "/jobs/\(job)/cancel", key: keys[1])
            _ = try await server.send(.DELETE, "/bandwidth", key: keys[1])
            _ = try await server.send(.PUT, "/bandwidth", key: keys[0], body: #"{"bytes_per_second":70000}"#)
            _ = try await server.send(.DELETE, "/models/org/none", key: keys[0])
            _ = try await server.send(.POST, "/models/unload", key: keys[0], body: #"{"model":"org/name"}"#)
            // These change nothing, or are from a stranger.
            _ = try await server.send(.GET, "/jobs", key: keys[1])
            _ = try await server.send(
                .POST, "/chat", key: keys[1], body: #"{"model":"org/name","messages":[{"role":"user","content":"secretprompt"}]}"#)
            _ = try await server.send(.POST, "/pull", key: nil, body: body)
            let all = try await entries(server, keys[0])
            let told = all.reversed().filter { ids.contains($0.actor) }.map { [$0.actor, $0.action, $0.target ?? "", $0.outcome] }
            #expect(
                told == [
                    [ids[1], "POST /pull", "org/name: job \(job)", "202"], [ids[1], "POST /jobs/{id}/cancel", job, "200"],
                    [ids[1], "DELETE /bandwidth", "", "403"], [ids[0], "PUT /bandwidth", "", "200"],
                    [ids[0], "DELETE /models/{first}/{second}", "org/none", "404"], [ids[0], "POST /models/unload", "org/name", "200"],
                ])
            #expect(all.filter { $0.actor == "local" }.isEmpty && all.contains { $0.actor == "command" && $0.action == "keys create" })
            #expect(all.first { $0.action == "POST /pull" }?.owner == "bob" && all.first { $0.action == "POST /pull" }?.address == "127.0.0.1")
            #expect(try await entries(server, keys[0], "?actor=\(ids[1])&action=POST%20/pull").count == 1)
            #expect(try await server.send(.GET, "/audit", key: keys[1]).status == 403)
        }
    }

    @Test func `names that are made and removed are told`() async throws {
        try await RunningServer.run(keys: [NewKey(name: "root", scopes: [.admin])]) { server, keys in
            _ = try CachedModel(in: server)
            _ = try await server.send(.PUT, "/aliases/short", key: keys[0], body: #"{"model":"acme/tiny"}"#)
            _ = try await server.send(.POST, "/api/copy", key: keys[0], body: #"{"source":"tiny","destination":"copy"}"#)
            _ = try await server.send(.POST, "/api/create", key: keys[0], body: #"{"model":"made","from":"tiny","system":"Be brief."}"#)
            _ = try await server.send(.DELETE, "/api/delete", key: keys[0], body: #"{"model":"copy"}"#)
            _ = try await server.send(.DELETE, "/aliases/short", key: keys[0])
            for action in ["load", "tune", "untune", "verify"] {
                _ = try await server.send(.POST, "/models/\(action)", key: keys[0], body: #"{"model":"no/such"}"#)
            }
            let told = try await entries(server, keys[0]).reversed().filter { $0.actor != "command" && $0.actor != "server" }
                .map { [$0.action, $0.target ?? "", $0.outcome] }
            #expect(
                told == [
                    ["PUT /aliases/{first}", "short for acme/tiny", "200"], ["POST /api/copy", "copy for acme/tiny:Q4_0", "200"],
                    ["POST /api/create", "made for acme/tiny:Q4_0", "200"], ["DELETE /api/delete", "copy", "200"],
                    ["DELETE /aliases/{first}", "short", "204"], ["POST /models/load", "no/such", "404"], ["POST /models/tune", "no/such", "404"],
                    ["POST /models/untune", "no/such", "404"], ["POST /models/verify", "no/such", "404"],
                ])
        }
    }

    @Test func `a server without keys records too, and its start`() async throws {
        try await RunningServer.run { server in
            _ = try await server.post("/models/unload", #"{"model":"org/name\u0000"}"#)
            _ = try await server.post("/models/unload", #"{"model":"org/name"}"#)
            let all = try server.withKeys { try $0.audit(AuditFilter()) }
            #expect(all.map(\.action) == ["POST /models/unload", "POST /models/unload", "server start"])
            #expect(all.map(\.actor) == ["local", "local", "server"] && all.map(\.outcome) == ["200", "400", "done"])
        }
    }
}
