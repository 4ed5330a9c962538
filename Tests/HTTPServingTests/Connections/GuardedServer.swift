import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RoostCore
import ServiceLifecycle
import TestSupport

@testable import HTTPServing
@testable import RoostServer

/// A server of a few routes behind the guard that all of ours have.
enum GuardedServer {
    /// Runs it, and a test with its port.
    static func run<Value>(
        _ limits: HTTPLimits = HTTPLimits(), onDrop: @escaping @Sendable () -> Void = {}, _ body: (Int) async throws -> Value
    ) async throws -> Value {
        let logger = Logger.silent
        let router = Router(context: RoostContext.self)
        router.add(middleware: ProblemMiddleware())
        router.get("hello") { _, _ in "hello" }
        router.get("lines") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    try await writer.write(ByteBuffer(string: "one\n"))
                    try await writer.finish(nil)
                })
        }
        // Refuses without a look at the body.
        router.post("refused") { _, _ -> String in throw RoostError(.forbiddenHost, "Not here.") }
        router.post("echo") { request, _ in
            var request = request
            return String(buffer: try await request.readBody(upTo: 100))
        }
        router.post("hasty") { request, _ in
            var request = request
            return String(buffer: try await request.readBody(upTo: 100, within: .milliseconds(100)))
        }
        router.get("endless") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    defer { onDrop() }
                    let block = ByteBuffer(repeating: UInt8(ascii: "x"), count: 64 << 10)
                    while true { try await writer.write(block) }
                })
        }
        return try await withRunningService { ready in
            Application(
                router: router, server: limits.server,
                configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { channel in await ready(channel.localAddress?.port ?? 0) }, logger: logger)
        } _: { (port: Int) in
            try await body(port)
        }
    }
}
