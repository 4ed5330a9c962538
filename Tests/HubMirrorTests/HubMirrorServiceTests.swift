import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import NIOHTTP1
import RoostCore
import ServiceLifecycle
import SystemPackage
import TestSupport
import Testing

@testable import HubMirror

@Suite("The mirror as a service")
struct HubMirrorServiceTests {
    /// Runs a real mirror on a free port; ends it gracefully after `test`.
    private func serve(
        _ configuration: HubMirror.Configuration, drain: Duration = .seconds(2), _ test: (Int) async throws -> Void
    ) async throws {
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let mirror = HubMirror(configuration: configuration, logger: .silent) { port.yield($0) }
        var group = ServiceGroupConfiguration(services: [mirror], logger: .silent)
        group.maximumGracefulShutdownDuration = drain
        let services = ServiceGroup(configuration: group)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { port.finish() }
                try await services.run()
            }
            if let number = await ports.first(where: { _ in true }) {
                try await test(number)
                await services.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
    }

    private func body(_ url: String) async throws -> ByteBuffer {
        try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .patience).body.collect(upTo: 1 << 26)
    }

    @Test("It serves on a free port, gives what is there, and ends when asked to")
    func lifecycle() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = MirrorFixture(directory)
            try fixture.write("org/name/a.txt", "content")
            try await serve(fixture.configuration) { port in
                #expect(port > 0)
                let answer = try await body("http://127.0.0.1:\(port)/org/name/resolve/main/a.txt")
                #expect(String(buffer: answer) == "content")
            }
        }
    }

    @Test("A middleware sees every answer and may change it; the first one is outermost")
    func middleware() async throws {
        struct Stamp: RouterMiddleware {
            let name: String
            @concurrent func handle(
                _ request: Request, context: BasicRequestContext, next: @concurrent (Request, BasicRequestContext) async throws -> Response
            ) async throws -> Response {
                var response = try await next(request, context)
                response.headers[.server] = (response.headers[.server] ?? "") + name
                response.status = .accepted
                return response
            }
        }
        try await withTemporaryDirectory { directory in
            let fixture = MirrorFixture(directory)
            let mirror = HubMirror(configuration: fixture.configuration, middleware: [Stamp(name: "a"), Stamp(name: "b")], logger: .silent)
            try await mirror.application().test(.router) { client in
                let response = try await client.get("/")
                #expect(response.status == .accepted)
                #expect(response["Server"] == "ba")
            }
        }
    }

    @Test("A taken port and a missing folder end the start with a sentence")
    func failures() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = MirrorFixture(directory)
            try await serve(fixture.configuration) { port in
                var second = fixture.configuration
                second.port = port
                let error = await #expect(throws: RoostError.self) { try await HubMirror(configuration: second, logger: .silent).run() }
                #expect(error?.code == .invalidConfiguration)
                #expect(error?.message == "Something else listens on 127.0.0.1 port \(port) already. Stop it, or choose another port with --port.")
            }
            let missing = HubMirror.Configuration(directory: directory.appending("nope"), port: 0)
            let error = await #expect(throws: RoostError.self) { try await HubMirror(configuration: missing, logger: .silent).run() }
            #expect(error?.message.contains("is not a folder") == true)
        }
    }

    @Test("The throttle holds all bodies together to its speed")
    func throttle() async throws {
        try await withTemporaryDirectory { directory in
            var fixture = MirrorFixture(directory)
            fixture.configuration.bandwidthLimit = 1_000_000
            try fixture.write("org/name/a.bin", [UInt8](repeating: 1, count: 200_000))
            try await serve(fixture.configuration) { port in
                let url = "http://127.0.0.1:\(port)/org/name/resolve/main/a.bin"
                let clock = ContinuousClock()
                let time = try await clock.measure {
                    async let first = body(url)
                    async let second = body(url)
                    let bytes = try await first.readableBytes + second.readableBytes
                    #expect(bytes == 400_000)
                }
                #expect(time >= .milliseconds(400))
            }
        }
    }

    @Test("A client that has its share of the bodies is asked to come again")
    func share() async throws {
        try await withTemporaryDirectory { directory in
            var fixture = MirrorFixture(directory)
            fixture.configuration.mostBodies = 4
            // So slow that the first body is under way for as long as the test needs it.
            fixture.configuration.bandwidthLimit = 1000
            try fixture.write("org/name/a.bin", [UInt8](repeating: 1, count: 1 << 20))
            try await serve(fixture.configuration) { port in
                let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/org/name/resolve/main/a.bin")
                let first = try await HTTPClient.shared.execute(request, timeout: .patience)
                let second = try await HTTPClient.shared.execute(request, timeout: .patience)
                #expect(first.status == .ok && second.status == .tooManyRequests)
                #expect(second.headers.first(name: "Retry-After") == "5")
            }
        }
    }

    @Test("A transfer under way does not hold up the end, however long a stop may take", .timeLimit(.minutes(10)))
    func endsTransfers() async throws {
        try await withTemporaryDirectory { directory in
            var fixture = MirrorFixture(directory)
            // By itself it would take a quarter of an hour.
            fixture.configuration.bandwidthLimit = 1000
            try fixture.write("org/name/a.bin", [UInt8](repeating: 1, count: 1_000_000))
            // Held, so that the client stays.
            var held: HTTPClientResponse?
            try await serve(fixture.configuration, drain: .seconds(3600)) { port in
                let request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/org/name/resolve/main/a.bin")
                held = try await HTTPClient.shared.execute(request, timeout: .seconds(3600))
            }
            #expect(held?.headers.contains(name: "ETag") == true)
        }
    }

    @Test("Indexing reports each repository once and hashes before the first request")
    func index() async throws {
        try await withTemporaryDirectory { directory in
            let fixture = MirrorFixture(directory)
            try fixture.write("org/name/a.bin", "abc")
            try fixture.write("org/name/b.txt", "de")
            try fixture.write("gpt2/c.txt", "f")
            let mirror = fixture.mirror()
            var seen: [String] = []
            try await mirror.index { seen.append("\($0.repository) \($0.files) \($0.bytes)") }
            #expect(seen == ["gpt2 1 1", "org/name 2 5"])
            #expect(await mirror.folder?.catalog.hashedFiles == 3)
        }
    }

    @Test(
        "A speed is a number with a unit",
        arguments: [("10MB", 10_000_000), ("500kB", 500_000), ("1.5 GB", 1_500_000_000), ("64KiB", 65_536), ("1000", 1000), ("2MB/s", 2_000_000)])
    func speeds(text: String, expected: Int64) throws {
        #expect(try HubMirror.bytesPerSecond(parsing: text) == expected)
    }

    @Test("Anything else is refused", arguments: ["", "0", "-1", "fast", "10XB", "MB", "1e99", "nan", "inf", "0.1", "1..2MB"])
    func badSpeeds(text: String) {
        #expect(throws: RoostError.self) { try HubMirror.bytesPerSecond(parsing: text) }
    }
}
