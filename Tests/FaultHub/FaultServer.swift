public import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import RoostCore

/// A hub with a fault: stands in front of a real mirror and says what the fault makes of the mirror's answers, byte by byte.
public struct FaultServer: Sendable {
    let fault: Fault
    let seed: Int
    let honest: HonestHub
    let other: HonestHub
    /// Counts.
    public let meter = FaultMeter()
    let port: Int
    let elsewherePort: Int

    /// The hub's URL.
    public var endpoint: String { "http://127.0.0.1:\(port)" }

    /// The URL of the storage that the hub redirects to.
    public var elsewhere: String { "http://127.0.0.1:\(elsewherePort)" }

    /// Runs a faulty hub while `body` runs.
    ///
    /// - Parameters:
    ///   - fault: What is wrong with it.
    ///   - seed: Where and when.
    ///   - honest: The URL of a real mirror.
    ///   - other: The URL of a real mirror of the same repositories with other bytes in them.
    ///   - client: For requests to the mirrors.
    ///   - body: What to do meanwhile.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, or why there are no ports to listen on.
    public static func run<Value: Sendable>(
        _ fault: Fault, seed: Int, honest: String, other: String, client: HTTPClient, _ body: (FaultServer) async throws -> Value
    ) async throws -> Value {
        let door = try await listen(port: 0)
        let storage = try await listen(port: 0)
        let server = FaultServer(
            fault: fault, seed: seed, honest: HonestHub(client: client, url: honest), other: HonestHub(client: client, url: other),
            port: door.channel.localAddress?.port ?? 0, elsewherePort: storage.channel.localAddress?.port ?? 0)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            if fault.way == .refusedAtFirst { try await door.channel.close() }
            group.addTask {
                var door = door
                if fault.way == .refusedAtFirst {
                    try await Task.sleep(for: .milliseconds(1500 + 400 * seed))
                    door = try await listen(port: server.port)
                }
                try await server.accept(on: door, isElsewhere: false)
            }
            group.addTask { try await server.accept(on: storage, isElsewhere: true) }
            defer { group.cancelAll() }
            return try await body(server)
        }
    }

    typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private static func listen(port: Int) async throws -> NIOAsyncChannel<Connection, Never> {
        try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
            }
    }

    private func accept(on listener: NIOAsyncChannel<Connection, Never>, isElsewhere: Bool) async throws {
        try await listener.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    // A client that hangs up is the client's affair, and often what this is about.
                    group.addTask { try? await FaultConnection(server: self, channel: connection, isElsewhere: isElsewhere).serve() }
                }
            }
        }
    }
}
