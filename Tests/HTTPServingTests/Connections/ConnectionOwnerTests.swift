import HummingbirdCore
import NIOCore
import NIOEmbedded
import RoostCore
import TestSupport
import Testing

@testable import HTTPServing

@Suite struct ConnectionOwnerTests {
    /// SwiftNIO ends the process if the value of an open connection is dropped.
    @Test func `a connection that is accepted and never handled stays whole until it is closed`() async throws {
        let channel = NIOAsyncTestingChannel()
        let inner = HTTP1Channel(responder: { _, _, _ in })
        let guarded = GuardedChannel(inner: inner, limits: HTTPLimits(), counter: ConnectionCounter(mostPerAddress: 4))
        try await channel.testingEventLoop.executeInContext {
            // The value is dropped here.
            guarded.setup(channel: channel, logger: .silent).map { _ in }
        }.get()
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).get()
        #expect(channel.isActive)
        _ = try await channel.finish(acceptAlreadyClosed: true)
        #expect(!channel.isActive)
    }
}
