import HTTPTypes
import RoostCore
import Synchronization
import TestSupport
import Testing

@testable import RoostClient

@Suite struct BenchTests {
    /// A clock that does not wait, and notes the pauses that were asked for. Times are those of the real clock.
    private final class Pauses: Sendable {
        let list = Mutex<[Duration]>([])

        /// Pauses between requests end at once; the limit of a request does not.
        func source(limit: Duration) -> TimeSource {
            var time = TimeSource()
            let sleep = time.sleep
            time.sleep = { duration in
                if duration >= limit { return try await sleep(duration) }
                self.list.withLock { $0.append(duration) }
            }
            return time
        }
    }

    private func plan(requests: Int, clients: Int = 1) -> BenchPlan {
        var plan = BenchPlan(model: "a/b", amount: .requests(requests), prompt: "Say yes.")
        plan.clients = clients
        return plan
    }

    private func measure(
        _ plan: BenchPlan, key: SecretToken? = nil, time: TimeSource = TimeSource(), _ answer: @escaping @Sendable (Int) -> BenchServer.Answer,
        check: (BenchReport, BenchServer) throws -> Void
    ) async throws {
        try await BenchServer.run(answer) { server in
            let bench = Bench(plan: plan, target: try BenchTarget(url: server.url, key: key), time: time)
            try await bench.measure()
            try check(bench.report, server)
        }
    }

    @Test(arguments: [1, 5]) func `all clients together send the requests, each with a prompt of its own, and tokens are the server's`(clients: Int)
        async throws
    {
        try await measure(plan(requests: 12, clients: clients)) { _ in
            .words(["a", "b", "c"], usage: #"{"prompt_tokens":7,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":2}}"#)
        } check: { report, server in
            #expect(report.requests.answered == 12 && report.requests.failed == 0 && report.requests.refused == 0 && report.requests.unfinished == 0)
            #expect(report.timeToFirstToken.count == 12 && report.interToken.count == 24)
            #expect(report.tokens.generated == 48 && report.tokens.countedBy == [.usage] && report.tokens.prompt == 84)
            #expect(report.tokens.prefilled == 60 && report.rate.total > 0 && report.errors.isEmpty)
            let prompts = try server.prompts
            #expect(Set(prompts.map { $0.prefix(3) }).count == 12 && prompts.allSatisfy { $0.hasSuffix("\nSay yes.") }, "\(prompts)")
            #expect(Set(server.requests.map(\.path)) == ["/v1/chat/completions"])
        }
    }

    @Test func `with a shared prefix the prompts differ at their ends only`() async throws {
        var plan = plan(requests: 6, clients: 3)
        plan.sharesPrefix = true
        plan.ignoresEnd = true
        try await measure(plan) { _ in
            .words(["a"])
        } check: { report, server in
            let prompts = try server.prompts
            #expect(Set(prompts).count == 6 && prompts.allSatisfy { $0.hasPrefix("Say yes.\n(") }, "\(prompts)")
            #expect(report.tokens.generated == 6 && report.tokens.countedBy == [.chunks] && report.tokens.prompt == nil)
            #expect(server.requests.allSatisfy { $0.body.contains(#""ignore_eos":true"#) && $0.body.contains(#""include_usage":true"#) })
        }
    }

    @Test func `refusals, failures and answers are counted apart, each kind with its first sentence, and Retry-After holds the client back`()
        async throws
    {
        let pauses = Pauses()
        try await measure(plan(requests: 8), time: pauses.source(limit: .seconds(600))) { number in
            switch number {
            case 0: .refusal(429, #"{"error":{"message":"The queue is full."}}"#, [.retryAfter: "3"])
            case 1: .refusal(429, #"{"error":{"message":"Another sentence."}}"#, [.retryAfter: "99999"])
            case 2: .refusal(500, "<html>\u{1B}[2J\nbroken")
            case 3:
                .init(parts: [#"data: {"choices":[{"delta":{"content":"a"}}]}"# + "\n\n", #"data: {"error":{"message":"Compute error."}}"# + "\n\n"])
            case 4: .init(parts: [#"data: {"choices":[{"delta":{"content":"a"}}]}"# + "\n\n"])
            case 5: .init(headers: [.contentType: "application/json"], parts: [#"{"choices":[]}"#])
            case 6: .init(parts: ["data: nonsense\n\n"])
            default: .words(["a", "b"])
            }
        } check: { report, _ in
            #expect(report.requests.answered == 1 && report.requests.refused == 2 && report.requests.failed == 5)
            let errors = Dictionary(uniqueKeysWithValues: report.errors.map { ($0.kind, $0) })
            #expect(errors.count == 4 && errors["HTTP 429"]?.count == 2 && errors["HTTP 429"]?.first == "The queue is full.")
            #expect(errors["HTTP 500"]?.first == "<html> [2J broken" && errors["error event"]?.first == "Compute error.")
            #expect(errors["invalid answer"]?.count == 3 && errors["invalid answer"]?.first.contains("ended too early") == true)
            #expect(report.errors.map(\.count) == [3, 2, 1, 1])
            // The times of answers that failed later count too.
            #expect(report.timeToFirstToken.count == 3 && report.tokens.generated == 2)
        }
        #expect(pauses.list.withLock { $0 } == [.seconds(3), .seconds(10)] + Array(repeating: .milliseconds(100), count: 5))
    }

    @Test func `a request that is not answered in time fails, and the run goes on`() async throws {
        var plan = plan(requests: 2)
        plan.timeout = .milliseconds(500)
        try await measure(plan) { number in
            number == 0 ? .init(parts: ["data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"], hangs: true) : .words(["a"])
        } check: { report, _ in
            #expect(report.requests.failed >= 1 && report.errors.first?.kind == "timeout")
            #expect(report.requests.failed + report.requests.answered == 2)
        }
    }

    @Test func `an event beyond the limit ends the request, and a long error is cut`() async throws {
        try await measure(plan(requests: 2)) { number in
            number == 0
                ? .init(parts: Array(repeating: String(repeating: "x", count: 64 << 10), count: 8))
                : .refusal(400, String(repeating: "long ", count: 200_000))
        } check: { report, _ in
            #expect(report.requests.failed == 2 && Set(report.errors.map(\.kind)) == ["invalid answer", "HTTP 400"])
            #expect(report.errors.allSatisfy { $0.first.count <= 301 }, "\(report.errors)")
        }
    }

    @Test func `the key goes to the server, to no other host by a redirect, and into no sentence`() async throws {
        let key = try #require(SecretToken("sk-very-secret"))
        try await BenchServer.run { _ in
            .words(["a"])
        } _: { other in
            try await measure(plan(requests: 2), key: key) { number in
                number == 0
                    ? .refusal(307, "", [.location: other.url + "/v1/chat/completions"])
                    : .refusal(401, #"{"error":{"message":"Incorrect API key: sk-very-secret"}}"#)
            } check: { report, server in
                #expect(server.requests.count == 2 && server.requests.allSatisfy { $0.headers[.authorization] == "Bearer sk-very-secret" })
                let sentences = report.errors.map(\.first)
                #expect(sentences.contains("Incorrect API key: •••") && sentences.contains { $0.contains("redirect") }, "\(sentences)")
                #expect(other.requests.isEmpty && !"\(report)".contains("very-secret"))
            }
        }
    }

    @Test func `a server that is not there is a failure of each request, with the reason`() async throws {
        let bench = Bench(plan: plan(requests: 3), target: try BenchTarget(url: "http://127.0.0.1:9"), time: Pauses().source(limit: .seconds(600)))
        try await bench.measure()
        #expect(bench.report.requests.failed == 3 && bench.report.errors.map(\.kind) == ["connection"])
        #expect(bench.report.errors[0].first == "The request to http://127.0.0.1:9/v1/chat/completions failed: connection refused.")
    }

    @Test func `more kinds of errors than are told apart count as other`() {
        var meter = BenchMeter(plan: plan(requests: 100))
        for number in 0..<100 {
            _ = meter.begin(at: .zero)
            meter.fail(BenchFailure("HTTP \(500 + number)", "no"), at: .seconds(1))
        }
        let errors = meter.report(url: "", at: .seconds(1)).errors
        #expect(errors.count == 17 && errors[0].kind == "other" && errors[0].count == 84)
    }

    @Test func `a run of a duration begins no request after it, and its seconds end with the last answer`() {
        var meter = BenchMeter(plan: BenchPlan(model: "a/b", amount: .duration(.seconds(10)), prompt: ""))
        #expect(meter.begin(at: .seconds(100)) == 0 && meter.begin(at: .seconds(109)) == 1 && meter.begin(at: .seconds(110)) == nil)
        meter.complete(AnswerFigures(generated: 60, source: .usage, prompt: nil, prefilled: nil, pace: .milliseconds(20)), at: .seconds(105))
        let running = meter.report(url: "", at: .seconds(111))
        #expect(running.seconds == 11 && running.requests.unfinished == 1)
        meter.complete(AnswerFigures(generated: 60, source: .usage, prompt: nil, prefilled: nil, pace: .milliseconds(20)), at: .seconds(112))
        let done = meter.report(url: "", at: .seconds(500))
        #expect(done.seconds == 12 && done.rate.total == 10 && done.requests.unfinished == 0)
        #expect(done.rate.perStream.map { abs($0 - 50) < 0.5 } == true)
    }

    @Test(arguments: [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/chat/completions"), ("https://example.org/", "https://example.org/v1/chat/completions"),
        ("http://h/api/v1/", "http://h/api/v1/chat/completions"), ("http://h/x/chat/completions", "http://h/x/chat/completions"),
    ]) func `the URL may name the server, its API or its route`(given: String, url: String) throws {
        #expect(try BenchTarget(url: given).url == url)
    }

    @Test(arguments: ["", "127.0.0.1:8080", "ftp://h", "http://", "http://user:secret@h", "http://h/?key=1", "http://h/#x"])
    func `another URL is refused with a sentence that repeats no password`(url: String) {
        let error = #expect(throws: RoostError.self) { try BenchTarget(url: url) }
        #expect(error?.code == .invalidRequest && error?.message.contains("secret") == false)
    }

    @Test func `a made prompt has the wanted number of words, and few repetitions nearby`() {
        let words = BenchPlan.text(words: 900).split(separator: " ")
        #expect(words.count == 900 && zip(words, words.dropFirst()).allSatisfy { $0 != $1 })
    }
}
