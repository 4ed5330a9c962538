import Access
import Foundation
import NIOHTTP1
import RoostAPI
import RoostCore
import TestSupport
import Testing

@testable import RoostServer

/// Limits of keys, over real HTTP, without an engine.
@Suite struct LimitedServerTests {
    private func run(_ scopes: Set<KeyScope>, _ limit: (inout KeyLimits) -> Void, _ body: (RunningServer, String) async throws -> Void) async throws {
        var new = NewKey(name: "ci", scopes: scopes)
        limit(&new.limits)
        try await RunningServer.run(keys: [new]) { server, keys in try await body(server, keys[0]) }
    }

    private static let chat = #"{"model":"no/such","messages":[{"role":"user","content":"Hello"}]}"#

    @Test func `requests to models are limited by the minute, and each answer tells what is left`() async throws {
        try await run([.chat, .read]) {
            $0.requestsPerMinute = 3
        } _: { server, key in
            for left in [2, 1, 0] {
                let answer = try await server.send(.POST, "/v1/chat/completions", key: key, body: Self.chat)
                #expect(answer.status == 404 && answer.headers["RateLimit-Limit"] == ["3"] && answer.headers["RateLimit-Remaining"] == ["\(left)"])
                #expect(try #require(answer.headers.first(name: "RateLimit-Reset").flatMap { Int($0) }) <= 61)
            }
            for path in ["/v1/chat/completions", "/chat"] {
                let refused = try await server.send(.POST, path, key: key, body: Self.chat)
                #expect(refused.status == 429 && refused.headers["RateLimit-Remaining"] == ["0"])
                #expect(try #require(refused.headers.first(name: "Retry-After").flatMap { Int($0) }) <= 61)
                #expect(String(decoding: refused.body, as: UTF8.self).contains("requests_per_minute"))
            }
            // Other requests are not limited.
            #expect(try await server.send(.GET, "/jobs", key: key).status == 200)
        }
    }

    @Test func `a limit refuses before the body is read`() async throws {
        try await run([.chat]) {
            $0.requestsPerDay = 0
        } _: { server, key in
            let answer = try await RawConnection.open(to: server.port) { connection in
                try await connection.send(
                    "POST /chat HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(key)\r\nContent-Length: 30000000\r\n\r\n")
                return await connection.readToEnd()
            }
            #expect(answer.hasPrefix("HTTP/1.1 429 ") && answer.contains("requests_per_day"), "\(answer)")
        }
    }

    @Test func `an answer longer than a whole limit is refused with its field, and a server without limits tells none`() async throws {
        try await run([.chat]) {
            $0.outputTokensPerMinute = 100
        } _: { server, key in
            _ = try CachedModel(in: server)
            let body = #"{"model":"acme/tiny","max_tokens":60,"n":2,"messages":[{"role":"user","content":"Hello"}]}"#
            let answer = try await server.send(.POST, "/v1/chat/completions", key: key, body: body)
            let error = try #require(try answer.json()["error"] as? [String: Any])
            #expect(answer.status == 403 && error["param"] as? String == "max_tokens" && error["code"] as? String == "forbidden")
        }
        try await run([.chat]) { _ in
        } _: { server, key in
            let answer = try await server.send(.GET, "/models", key: key)
            #expect(answer.headers["RateLimit-Limit"].isEmpty)
        }
    }

    @Test func `pulls are limited by the owner's jobs, also when many are asked for at once, and an own one is joined`() async throws {
        try await run([.pull]) {
            $0.concurrentPulls = 2
        } _: { server, key in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        try await server.send(.POST, "/pull", key: key, body: "{\"model\":\"a/m\(number)\",\"run_after\":\"2099-01-01T00:00:00Z\"}")
                            .status
                    }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [202: 2, 429: 6])
            let jobs = try JSONDecoder().decode([JobView].self, from: try await server.send(.GET, "/jobs", key: key).body).map(\.job)
            let again = try await server.send(.POST, "/pull", key: key, body: "{\"model\":\"\(jobs[0].model)\"}")
            #expect(try JSONDecoder().decode(PullAccepted.self, from: again.body).jobID == jobs[0].id)
            #expect(try await server.send(.POST, "/jobs/\(jobs[0].id)/cancel", key: key).status == 200)
            #expect(try await server.send(.POST, "/pull", key: key, body: #"{"model":"a/other","run_after":"2099-01-01T00:00:00Z"}"#).status == 202)
            // A retry is one more pull.
            #expect(try await server.send(.POST, "/jobs/\(jobs[0].id)/retry", key: key).status == 429)
            #expect(try await server.send(.POST, "/jobs/\(jobs[1].id)/cancel", key: key).status == 200)
            #expect(try await server.send(.POST, "/jobs/\(jobs[0].id)/retry", key: key).status == 200)
        }
    }

    @Test func `50 clients with 5 keys get what each key may have, and not one request more`() async throws {
        let limits = [4, 8, 12, 16, 20]
        let new = limits.map { limit in
            var key = NewKey(name: "\(limit)", scopes: [.chat])
            key.limits.requestsPerMinute = limit
            return key
        }
        try await RunningServer.run(keys: new) { server, keys in
            let answered = try await withThrowingTaskGroup(of: (key: Int, answered: Int).self) { group in
                for client in 0..<50 {
                    group.addTask {
                        var answered = 0
                        // Until the key is used up, as all of its clients find at the end.
                        while try await server.send(.POST, "/chat", key: keys[client % 5], body: Self.chat).status != 429 { answered += 1 }
                        return (client % 5, answered)
                    }
                }
                return try await group.reduce(into: [Int](repeating: 0, count: 5)) { $0[$1.key] += $1.answered }
            }
            #expect(answered == limits)
        }
    }
}
