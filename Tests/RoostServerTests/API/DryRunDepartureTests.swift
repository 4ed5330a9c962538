import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import TestSupport
import Testing

@testable import RoostServer

@Suite(.timeLimit(.minutes(10))) struct DryRunDepartureTests {
    @Test func `a client that leaves ends what its dry run asks of the Hub`() async throws {
        let (asked, asking) = AsyncStream<Void>.makeStream()
        let (left, leaving) = AsyncStream<Void>.makeStream()
        let router = Router()
        router.get("**") { request, _ in
            asking.finish()
            return try await request.body.consumeWithInboundCloseHandler { _ in
                for await _ in left {}
                return Response(status: .serviceUnavailable)
            } onInboundClosed: {
                leaving.finish()
            }
        }
        let logger = Logger.silent
        try await withRunningService { ready in
            Application(
                router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
                onServerRunning: { channel in await ready(channel.localAddress?.port ?? 0) }, logger: logger)
        } _: { (hub: Int) in
            try await RunningServer.run(hub: "http://127.0.0.1:\(hub)") { server in
                let body = #"{"model":"a/b","dry_run":true}"#
                try await RawConnection.open(to: server.port) { connection in
                    try await connection.send("POST /pull HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                    for await _ in asked {}
                }
                for await _ in left {}
            }
        }
    }

    @Test func `a client that stays can use its connection again`() async throws {
        try await RunningServer.run { server in
            try await RawConnection.open(to: server.port) { connection in
                let body = #"{"model":"a/b","dry_run":true}"#
                for _ in 0..<2 {
                    try await connection.send("POST /pull HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                    let head = await connection.read(to: "\r\n\r\n")
                    #expect(head.hasPrefix("HTTP/1.1 502 ") && !head.lowercased().contains("connection: close"))
                    _ = await connection.read(to: "}")
                }
            }
        }
    }
}
