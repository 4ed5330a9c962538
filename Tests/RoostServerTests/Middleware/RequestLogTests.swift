import Logging
import NIOHTTP1
import Testing

@testable import RoostServer

/// The lines of the log for requests.
@Suite struct RequestLogTests {
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
            #expect(!lines.containing(id).isEmpty)
            _ = try await server.send(.GET, "/a%0Ab" + String(repeating: "x", count: 2000))
            let long = lines.containing("/a")
            #expect(!long.isEmpty && long.allSatisfy { !$0.text.contains("\n") && $0.text.count < 500 })
        }
    }
}
