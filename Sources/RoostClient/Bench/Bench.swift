import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
package import RoostCore
import Synchronization

/// A load generator for servers with OpenAI's streamed chat completions.
package final class Bench: Sendable {
    /// The most bytes of an event, and of the body of an error.
    private static let longestEvent = 256 << 10
    private static let longestError = 4096
    /// The most time that a server's `Retry-After` holds a client back.
    private static let longestPause: Duration = .seconds(10)
    /// The pause after a failure without `Retry-After`, so that a server that is down is not asked without end.
    private static let failurePause: Duration = .milliseconds(100)

    private let plan: BenchPlan
    private let target: BenchTarget
    private let time: TimeSource
    /// Different for each run, so that a server has none of the prompts in its cache.
    private let run = String(UInt64.random(in: .min ... .max), radix: 16)
    private let meter: Mutex<BenchMeter>

    /// Creates a load generator without sending anything.
    ///
    /// - Parameters:
    ///   - plan: The requests.
    ///   - target: The server.
    ///   - time: The clock.
    package init(plan: BenchPlan, target: BenchTarget, time: TimeSource = TimeSource()) {
        self.plan = plan
        self.target = target
        self.time = time
        meter = Mutex(BenchMeter(plan: plan))
    }

    /// The measurements so far.
    package var report: BenchReport { meter.withLock { $0.report(url: target.url, at: time.now()) } }

    /// Sends the requests of the plan and returns when all are answered or have failed.
    ///
    /// - Throws: `CancellationError`.
    package func measure() async throws {
        try await HTTPClient.withHTTPClient(configuration: configuration) { http in
            try await withThrowingDiscardingTaskGroup { group in
                for _ in 0..<plan.clients { group.addTask { try await self.runClient(http) } }
            }
        }
    }

    private var configuration: HTTPClient.Configuration {
        // A redirect could carry the key to another host.
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, timeout: .init(connect: .seconds(10)))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = plan.clients
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }

    private func runClient(_ http: HTTPClient) async throws {
        var pause: Duration?
        while !meter.withLock({ $0.isOver(at: time.now()) }) {
            if let pause { try await time.sleep(pause) }
            guard let number = meter.withLock({ $0.begin(at: time.now()) }) else { return }
            pause = try await ask(number, http)
        }
    }

    /// Sends a request and counts its answer.
    ///
    /// - Returns: The pause before the next request, after a failure.
    private func ask(_ number: Int, _ http: HTTPClient) async throws -> Duration? {
        do {
            let figures = try await withThrowingTaskGroup(of: AnswerFigures?.self) { group in
                group.addTask { try await self.answer(number, http) }
                group.addTask {
                    try await self.time.sleep(self.plan.timeout)
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
            guard let figures else { throw BenchFailure.late(target.url) }
            meter.withLock { $0.complete(figures, at: time.now()) }
            return nil
        } catch let failure as BenchFailure {
            meter.withLock { $0.fail(failure, at: time.now()) }
            return min(failure.retryAfter ?? Self.failurePause, Self.longestPause)
        }
    }

    /// Sends a request and reads its answer to the end.
    ///
    /// - Throws: `BenchFailure`; `CancellationError`.
    private func answer(_ number: Int, _ http: HTTPClient) async throws -> AnswerFigures {
        let request = try request(number)
        var timer = AnswerTimer(start: time.now())
        var hasBegun = false
        do {
            let response = try await http.execute(request, deadline: .distantFuture)
            hasBegun = true
            guard response.status == .ok else { throw try await refusal(response) }
            try await read(response, into: &timer)
        } catch {
            if Task.isCancelled || error is CancellationError { throw CancellationError() }
            throw BenchFailure(error, url: target.url, hasBegun: hasBegun)
        }
        guard timer.isComplete else {
            throw BenchFailure("invalid answer", "The answer of \(target.url) ended too early, or was no stream of events.")
        }
        return timer.figures
    }

    private func request(_ number: Int) throws -> HTTPClientRequest {
        var request = HTTPClientRequest(url: target.url)
        request.method = .POST
        request.headers = ["Content-Type": "application/json", "Accept": "text/event-stream", "User-Agent": "roost-bench/\(RoostVersion.current)"]
        // A server may close a connection that it kept at the moment of the next request, which would look like a failure.
        request.headers.add(name: "Connection", value: "close")
        if let key = target.key { request.headers.add(name: "Authorization", value: "Bearer \(key.value)") }
        request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(BenchBody(plan, mark: "\(number)-\(run)"))))
        return request
    }

    private func read(_ response: HTTPClientResponse, into timer: inout AnswerTimer) async throws {
        var events = ServerSentEvents(limit: Self.longestEvent)
        let decoder = JSONDecoder()
        for try await bytes in response.body {
            let now = time.now()
            for text in try events.feed(bytes.readableBytesView) {
                guard text != "[DONE]" else {
                    timer.end()
                    continue
                }
                guard let event = try? decoder.decode(CompletionEvent.self, from: Data(text.utf8)) else {
                    throw BenchFailure("invalid answer", "\(target.url) sent an event that is no JSON object.")
                }
                if let error = event.error { throw BenchFailure(event: error, key: target.key) }
                if let lap = timer.read(event, at: now) { meter.withLock { $0.add(lap) } }
            }
        }
    }

    private func refusal(_ response: HTTPClientResponse) async throws -> BenchFailure {
        var body = Data()
        for try await bytes in response.body {
            body += bytes.readableBytesView.prefix(Self.longestError - body.count)
            if body.count == Self.longestError { break }
        }
        return BenchFailure(status: response.status, headers: response.headers, body: body, key: target.key)
    }
}
