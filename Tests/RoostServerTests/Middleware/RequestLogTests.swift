import Logging
import NIOHTTP1
import Testing

@testable import RoostServer

/// The lines of the log for requests.
@Suite(.timeLimit(.minutes(10))) struct RequestLogTests {
    @Test func `each request has a line with its id, without query and body`() async throws {
        let lines = LogLines()
        try await RunningServer.run(logger: lines.logger) { server in
            let read = try await server.send(.GET, "/jobs?tag=secretquery", body: nil)
            let id = try #require(read.headers.first(name: "X-Request-Id"))
            let line = try #require(lines.containing(id).first { $0.text.contains("Answered a request") })
            #expect(line.level == .debug && line.text.contains("method=GET") && line.text.contains("status=200") && line.text.contains("/jobs"))
            let refused = try await server.post("/v1/chat/completions", #"{"model":"no/such","messages":[{"role":"user","content":"secretprompt"}]}"#)
            let other = try #require(refused.headers.first(name: "X-Request-Id"))
            #expect(other != id)
            let second = try #require(lines.containing(other).first { $0.text.contains("Answered a request") })
            #expect(second.level == .info && second.text.contains("status=404"))
        }
        #expect(lines.containing("secretquery").isEmpty && lines.containing("secretprompt").isEmpty)
    }

    @Test func `a stream's line is written when it has ended, and a path is kept harmless`() async throws {
        let lines = LogLines()
        try await RunningServer.run(logger: lines.logger) { server in
            let export = try await server.send(.GET, "/jobs/export")
            let id = try #require(export.headers.first(name: "X-Request-Id"))
            // The line is written when the last byte is on its way, so the client can be faster.
            while lines.containing(id).isEmpty { try await Task.sleep(for: .milliseconds(10)) }
            _ = try await server.send(.GET, "/a%0Ab" + String(repeating: "x", count: 2000))
            let long = lines.containing("/a")
            #expect(!long.isEmpty && long.allSatisfy { !$0.text.contains("\n") && $0.text.count < 500 })
        }
    }

    @Test func `nothing that a client sends begins a line of the log, or a header of an answer`() async throws {
        let lines = LogLines()
        try await RunningServer.run(logger: lines.logger) { server in
            for path in ["/jobs/x%0d%0ainjected%1b", "/v1/models/a%0d%0ainjected%1b", "/models/a%2Fb%0ainjected", "/injected%0a%00"] {
                let answer = try await server.send(.GET, path)
                #expect((400..<500).contains(answer.status) && !answer.headers.contains(name: "injected"), "\(path) \(answer.status)")
            }
            for path in ["/pull", "/chat", "/v1/chat/completions", "/v1/responses", "/api/chat", "/v1/messages"] {
                let answer = try await server.post(
                    path, #"{"model":"a/b\r\ninjected: \u001b[31m","input":"x","max_tokens":1,"messages":[{"role":"user","content":"\r\ninjected"}]}"#
                )
                #expect((400..<500).contains(answer.status) && !answer.headers.contains(name: "injected"), "\(path) \(answer.status)")
            }
        }
        #expect(lines.containing("injected").allSatisfy { line in !line.text.unicodeScalars.contains { $0.properties.generalCategory == .control } })
    }

    @Test func `a compressed body is refused before it is unpacked`() async throws {
        try await RunningServer.run { server in
            for encoding in ["gzip", "deflate", "br", "zstd"] {
                let answer = try await server.send(.POST, "/v1/chat/completions", headers: ["Content-Encoding": encoding], body: [0x1f, 0x8b, 8, 0])
                let error = try answer.json()["error"] as? [String: Any]
                #expect(answer.status == 400 && (error?["message"] as? String)?.contains("Content-Encoding") == true)
            }
        }
    }
}
