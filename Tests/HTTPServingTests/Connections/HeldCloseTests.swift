import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import HTTPServing

/// A close that comes before the system has accepted the end of an answer.
@Suite struct HeldCloseTests {
    /// Keeps what is written, as a socket of a client that reads slowly.
    private final class SlowSocket: ChannelOutboundHandler {
        typealias OutboundIn = HTTPServerResponsePart

        var waiting: [EventLoopPromise<Void>?] = []
        var closes = 0

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) { waiting.append(promise) }

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            if mode == .all { closes += 1 }
            context.close(mode: mode, promise: promise)
        }
    }

    private static func answered(_ socket: SlowSocket) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handlers: [socket, ConnectionGuard(limits: HTTPLimits(), isAdmitted: true)])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeInbound(HTTPServerRequestPart.head(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        channel.write(HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: .ok)), promise: nil)
        return channel
    }

    @Test func `the end of an answer is sent before the connection closes`() throws {
        let socket = SlowSocket()
        let channel = try Self.answered(socket)
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: nil)
        let closed = channel.eventLoop.makePromise(of: Void.self)
        channel.close(promise: closed)
        channel.embeddedEventLoop.run()
        #expect(socket.closes == 0 && channel.isActive)
        for promise in socket.waiting { promise?.succeed() }
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
        try closed.futureResult.wait()
    }

    @Test func `a connection without an unsent end closes at once`() throws {
        let socket = SlowSocket()
        let channel = try Self.answered(socket)
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
        #expect(socket.closes == 1 && !channel.isActive)
    }
}
