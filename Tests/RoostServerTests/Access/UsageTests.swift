import Access
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RoostAPI
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

/// What is counted of answers of a real engine.
@Suite(.serialized, .timeLimit(.minutes(10))) struct UsageTests {
    private func run(_ names: [String], _ adjust: (inout NewKey) -> Void = { _ in }, _ body: (RunningServer, [String]) async throws -> Void)
        async throws
    {
        let program = try TestEnvironment.llamaServer
        let new = names.map { name in
            var key = NewKey(name: name, scopes: [.chat])
            adjust(&key)
            return key
        }
        try await RunningServer.run(keys: new, guardCommand: [TestEnvironment.roostExecutable.string, "engine-guard"]) {
            $0.llamaServer = program
            $0.contextLength = 1024
            $0.threads = 1
        } _: { server, keys in
            try server.placeSampleModel()
            try await body(server, keys)
        }
    }

    private func chat(_ tokens: Int, stream: Bool = false, _ more: String = "") -> String {
        #"{"model":"acme/smol","messages":[{"role":"user","content":"Count from one to five."}],"temperature":0,"max_tokens":\#(tokens),"stream":\#(stream)\#(more)}"#
    }

    private func usage(_ server: RunningServer, _ key: String, _ query: String = "") async throws -> UsageReport {
        try JSONDecoder().decode(UsageReport.self, from: try await server.send(.GET, "/usage" + query, key: key).body)
    }

    @Test func `usage is what the engine reported, in every dialect, streamed or whole, and is in the file`() async throws {
        try await run(["ann", "bob"]) { server, keys in
            var (prompt, cached, generated) = (0, 0, 0)
            func add(_ usage: [String: Any]?) throws {
                let usage = try #require(usage)
                prompt += try #require(usage["prompt_tokens"] as? Int)
                generated += try #require(usage["completion_tokens"] as? Int)
                cached += (usage["prompt_tokens_details"] as? [String: Any])?["cached_tokens"] as? Int ?? 0
            }
            let whole = try await server.send(.POST, "/v1/chat/completions", key: keys[0], body: chat(5))
            #expect(whole.status == 200, "\(String(decoding: whole.body, as: UTF8.self))")
            try add(whole.json()["usage"] as? [String: Any])
            for more in ["", #","timings_per_token":true"#] {
                let body = chat(4, stream: true, #","stream_options":{"include_usage":true}"# + more)
                let stream = try await server.send(.POST, "/v1/chat/completions", key: keys[0], body: body)
                let events = String(decoding: stream.body, as: UTF8.self).components(separatedBy: "\n\n").filter { $0.contains("\"usage\":{") }
                let last = try #require(events.last)
                try add((JSONSerialization.jsonObject(with: Data(last.dropFirst(6).utf8)) as? [String: Any])?["usage"] as? [String: Any])
            }
            for stream in [false, true] { #expect(try await server.send(.POST, "/chat", key: keys[1], body: chat(3, stream: stream)).status == 200) }
            let ann = try await usage(server, keys[0])
            #expect(ann.usage.map(\.model) == ["acme/smol:Q4_1"] && ann.usage.first?.counts == ann.total)
            #expect(ann.total.requests == 3 && ann.total.errors == 0)
            #expect(ann.total.promptTokens == prompt && ann.total.generatedTokens == generated)
            #expect(cached == 0 || ann.total.cachedTokens == cached)
            let bob = try await usage(server, keys[1])
            #expect(bob.total.requests == 2 && bob.total.errors == 0 && bob.total.generatedTokens == 6)
            let annID = String(keys[0].dropFirst(4).prefix(8))
            #expect(try await server.send(.GET, "/usage?key=\(annID)", key: keys[1]).status == 403)
            #expect(try await server.send(.GET, "/usage?from=yesterday", key: keys[1]).status == 400)
            let stored = try server.withKeys { try $0.usage(UsageFilter()) }
            #expect(stored.total.requests == 5 && stored.total.generatedTokens == generated + 6)
        }
    }

    /// A request in each dialect whose answer would have 900 tokens, and what comes before each piece of text in its answer.
    private static let long: [(path: String, body: String, mark: String)] = {
        let count = #"{"role":"user","content":"Count from 1 to 1000, and leave out no number: 1, 2, 3,"}"#
        let chat = #""model":"acme/smol","messages":[\#(count)],"temperature":0,"max_tokens":900,"stream":true"#
        return [
            ("/v1/chat/completions", "{\(chat)}", #""content":""#), ("/chat", "{\(chat)}", #""content":""#),
            ("/v1/messages", "{\(chat)}", #""text":""#),
            ("/v1/responses", #"{"model":"acme/smol","input":[\#(count)],"temperature":0,"max_output_tokens":900,"stream":true}"#, #""delta":""#),
            ("/api/chat", #"{"model":"acme/smol","messages":[\#(count)],"options":{"temperature":0,"num_predict":900}}"#, #""content":""#),
        ]
    }()

    @Test(arguments: long.indices) func `an answer that its client leaves ends, and is counted`(index: Int) async throws {
        let (path, body, mark) = Self.long[index]
        try await run(["ann"]) { server, keys in
            var request = HTTPClientRequest(url: server.url + path)
            request.method = .POST
            request.headers = ["Authorization": "Bearer \(keys[0])"]
            request.body = .bytes(ByteBuffer(string: body))
            let response = try await HTTPClient.shared.execute(request, timeout: .patience)
            var seen = 0
            for try await bytes in response.body {
                seen += String(buffer: bytes).components(separatedBy: mark).count - 1
                if seen >= 3 { break }
            }
            var report = try await usage(server, keys[0])
            while report.total.requests == 0 {
                try await Task.sleep(for: .milliseconds(50))
                report = try await usage(server, keys[0])
            }
            #expect(report.total.requests == 1 && report.total.errors == 0 && report.total.generatedTokens > 0)
            #expect(report.total.generatedTokens < 800 && report.total.promptTokens > 0, "\(path)")
        }
    }

    @Test func `a budget of tokens is never exceeded, however many ask at once, and is used up`() async throws {
        try await run(["ann"]) {
            $0.limits.outputTokensPerDay = 20
        } _: { server, keys in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await server.send(.POST, "/v1/chat/completions", key: keys[0], body: chat(5, #","ignore_eos":true"#)).status }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [200: 4, 429: 4])
            let report = try await usage(server, keys[0])
            #expect(report.total.requests == 4 && report.total.generatedTokens == 20)
            let refused = try await server.send(.POST, "/v1/chat/completions", key: keys[0], body: chat(1))
            #expect(refused.status == 429 && refused.headers["RateLimit-Limit"] == ["20"] && refused.headers["RateLimit-Remaining"] == ["0"])
        }
    }
}
