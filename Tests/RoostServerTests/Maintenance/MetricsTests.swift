import Foundation
import NIOHTTP1
import PrometheusMetrics
import TestSupport
import Testing

@testable import RoostServer

@Suite(.timeLimit(.minutes(10))) struct MetricsTests {
    @Test func `requests are counted by the pattern of their route, and promtool finds no fault`() async throws {
        try await RunningServer.run { server in
            for path in ["/jobs/first-secret", "/jobs/second-secret", "/nothing-secret/here?token=secret", "/health", "/health", "/jobs?tag=secret"] {
                _ = try await server.send(.GET, path)
            }
            _ = try await server.post("/chat", #"{"model":"secret/model","messages":[{"role":"user","content":"secret"}]}"#)
            let answer = try await server.send(.GET, "/metrics")
            let text = String(decoding: answer.body, as: UTF8.self)
            #expect(answer.status == 200 && answer.headers.first(name: "Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
            for line in [
                #"roost_http_requests_total{route="/health",method="GET",status="2xx"} 2"#,
                #"roost_http_requests_total{route="/jobs/{id}",method="GET",status="4xx"} 2"#,
                #"roost_http_requests_total{route="/chat",method="POST",status="4xx"} 1"#,
                #"roost_http_request_seconds_count{route="/health"} 2"#, #"roost_jobs{status="queued"} 0"#, #"roost_engines{state="ready"} 0"#,
            ] { #expect(text.contains(line + "\n"), "\(line) is not in \(text)") }
            #expect(!text.contains("secret"))
            #expect(try PrometheusTool.complaints(about: text) == "")
        }
    }

    @Test func `jobs that have ended are counted by their end`() async throws {
        try await RunningServer.run { server in
            func text() async throws -> String { String(decoding: try await server.send(.GET, "/metrics").body, as: UTF8.self) }
            let begin = try await text()
            for status in ["succeeded", "failed", "canceled"] { #expect(begin.contains(#"roost_jobs_finished_total{status="\#(status)"} 0"#)) }
            for model in ["a/one", "a/two"] { _ = try await server.send(.POST, "/jobs/\(try await server.submit(model))/cancel") }
            _ = try await server.submit("a/three")
            // The event arrives after the answer; the suite ends the wait.
            while try await !text().contains(#"roost_jobs_finished_total{status="canceled"} 2"#) { await Task.yield() }
            #expect(try await text().contains(#"roost_jobs_finished_total{status="failed"} 0"#))
        }
    }

    @Test func `every declared metric has a name, a kind and a help that promtool accepts`() throws {
        let registry = PrometheusRegistry(MetricFamily.roost)
        for family in MetricFamily.roost { registry.set(family.name, family.labels.map { ($0, "x") }, to: 1) }
        let text = registry.text
        for family in MetricFamily.roost { #expect(text.contains("# TYPE \(family.name) ")) }
        #expect(try PrometheusTool.complaints(about: text) == "")
        let documented = try Checkout.text("Documentation/operating.md")
        for family in MetricFamily.roost { #expect(documented.contains("`\(family.name)`"), "\(family.name) is not in operating.md") }
    }

    @Test func `promtool sees a fault`() throws {
        #expect(try PrometheusTool.complaints(about: "# TYPE a_total counter\na_total{ 1\n") != "")
    }
}
