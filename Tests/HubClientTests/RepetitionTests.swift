import HubTestSupport
import NIOCore
import RoostCore
import Synchronization
import Testing

@testable import HubClient

/// Requests that fail for a moment are made again in place.
@Suite struct RepetitionTests {
    private static let pauses: [Duration] = [.milliseconds(250), .milliseconds(500), .seconds(1)]
    private let content = Fixture.bytes(6 << 20)

    private static func failure(_ code: RoostError.Code, after: Duration? = nil) -> RoostError { RoostError(code, "It failed.", retryAfter: after) }

    @Test func `the pauses grow, and after the last one the failure stands`() {
        var repetition = Repetition(pauses: Self.pauses)
        let given = (0..<5).map { _ in repetition.pause(after: Self.failure(.hubFailure), lasting: .zero) }
        #expect(given == Self.pauses + [nil, nil])
    }

    @Test(
        arguments: [
            (.hubFailure, nil, .zero, .milliseconds(250)), (.network, nil, .seconds(5), .milliseconds(250)), (.network, nil, .seconds(6), nil),
            (.hubFailure, .seconds(2), .zero, .seconds(2)), (.hubFailure, .seconds(4), .zero, nil), (.rateLimited, .seconds(1), .zero, .seconds(1)),
            (.rateLimited, nil, .zero, nil), (.rateLimited, .seconds(300), .zero, nil), (.accessDenied, nil, .zero, nil),
            (.entryNotFound, nil, .zero, nil),
            (.digestMismatch, nil, .zero, nil), (.insufficientSpace, nil, .zero, nil),
        ] as [(RoostError.Code, Duration?, Duration, Duration?)])
    func `what can pass in a moment is repeated, a longer wait is the job's`(
        code: RoostError.Code, after: Duration?, lasting duration: Duration, pause: Duration?
    ) {
        var repetition = Repetition(pauses: Self.pauses)
        #expect(repetition.pause(after: Self.failure(code, after: after), lasting: duration) == pause)
    }

    @Test func `bytes that came earn another row of tries, but not for ever`() {
        var repetition = Repetition(pauses: Self.pauses)
        var bytes: Int64 = 0
        let given = (0..<20).map { _ in
            bytes += Repetition.progress
            return repetition.pause(after: Self.failure(.network), lasting: .seconds(60), bytes: bytes)
        }
        #expect(given == Array(repeating: Self.pauses[0], count: Repetition.most) + Array(repeating: nil, count: 20 - Repetition.most))
    }

    @Test func `six requests that fail once each cost six short pauses and no more`() async throws {
        let small = try (0..<3).map { try Fixture.file("c-\($0).json", [UInt8($0)], isLarge: false) }
        let large = try Fixture.file("m.gguf", content)
        let seen = Mutex<Set<String>>([])
        let clock = SteppingClock()
        let serve = ScriptedServer.serving(content)
        try await Fixture.run(time: TimeSource(clock), pauses: Self.pauses) { request in
            let path = String(request.target.prefix { $0 != "?" })
            if seen.withLock({ $0.insert(path).inserted }) { return ScriptedServer.Response(status: 503) }
            if path.contains("/revision/") { return ScriptedServer.Response(body: Array("{\"sha\":\"\(Fixture.commit)\"}".utf8)) }
            if path.contains("/tree/") { return ScriptedServer.Response(body: Array("[]".utf8)) }
            if let digit = path.split(separator: "-").last?.first?.wholeNumberValue { return ScriptedServer.Response(body: [UInt8(digit)]) }
            return await serve(request)
        } _: { [content] hub in
            #expect(try await hub.client.resolve(hub.revision.repository).commit == hub.revision.commit)
            _ = try await hub.client.listing(of: hub.revision).files
            try await hub.client.download(small + [large], in: hub.revision, observer: DownloadObserver(onProgress: { _, _ in }))
            #expect(hub.content(hub.blob(large)) == content && hub.server.requests.count == 12)
            // Among them the ticks of the transfer, a quarter of a second each.
            #expect(clock.sleeps.count >= 6 && clock.sleeps.allSatisfy { $0 < .milliseconds(350) }, "\(clock.sleeps)")
        }
    }

    @Test func `a body that breaks off is continued in place`() async throws {
        let file = try Fixture.file("m.gguf", content)
        let serve = ScriptedServer.serving(content)
        let clock = SteppingClock()
        try await Fixture.run(time: TimeSource(clock), pauses: Self.pauses) { [content] request in
            guard request.headers["range"] == nil else { return await serve(request) }
            return ScriptedServer.Response(body: Array(content.prefix(3 << 20)), claimedLength: content.count, end: .close)
        } _: { [content] hub in
            let path = try await hub.download(file)
            #expect(hub.content(path) == content)
            let ranges = hub.server.requests.map { $0.headers["range"] }
            #expect(
                ranges.count == 2 && ranges[0] == nil && ranges[1]?.hasSuffix("-\(content.count - 1)") == true
                    && ranges[1] != "bytes=0-\(content.count - 1)")
        }
    }

    @Test func `a hub that fails for ever is asked four times, and told about once`() async throws {
        let file = try Fixture.file("m.gguf", content)
        let clock = SteppingClock()
        try await Fixture.run(time: TimeSource(clock), pauses: Self.pauses, answering: ScriptedServer.always(.init(status: 502))) { hub in
            let error = try await hub.failure(of: file)
            #expect(error.code == .hubFailure)
            #expect(hub.server.requests.count == 4)
        }
    }

    @Test func `a hub that asks for more than a moment is left to the job`() async throws {
        let file = try Fixture.file("c.json", [1], isLarge: false)
        let answer = ScriptedServer.Response(status: 429, headers: [("Retry-After", "30")])
        try await Fixture.run(pauses: Self.pauses, answering: ScriptedServer.always(answer)) { hub in
            let error = try await hub.failure(of: file)
            #expect(error.code == .rateLimited && error.retryAfter == .seconds(30) && hub.server.requests.count == 1)
        }
    }
}
