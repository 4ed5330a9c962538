import Foundation
import NIOCore
import NIOPosix

/// A connection on which a test sends what bytes it likes, and reads only when it asks for something.
package struct RawConnection {
    private let channel: any Channel
    private var inbound: AsyncStream<ByteBuffer>.Iterator
    private var unread = ""

    /// Connects, and closes the connection after the test.
    package static func open<Value: Sendable>(to port: Int, _ body: @Sendable (inout RawConnection) async throws -> Value) async throws -> Value {
        let (stream, source) = AsyncStream<ByteBuffer>.makeStream()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_rcvbuf), value: 4096)
            .channelOption(.autoRead, value: false)
            .channelInitializer { $0.pipeline.addHandler(Collector(source: source)) }
            .connect(host: "127.0.0.1", port: port).get()
        var connection = RawConnection(channel: channel, inbound: stream.makeAsyncIterator())
        let result: Result<Value, any Error>
        do { result = .success(try await body(&connection)) } catch { result = .failure(error) }
        try? await channel.close()  // The server may have been first.
        return try result.get()
    }

    private init(channel: any Channel, inbound: AsyncStream<ByteBuffer>.Iterator) {
        self.channel = channel
        self.inbound = inbound
    }

    /// Sends a text.
    package func send(_ text: String) async throws { try await channel.writeAndFlush(ByteBuffer(string: text)) }

    /// Sends zeros until the server takes no more.
    ///
    /// - Parameter most: The most bytes to send.
    /// - Returns: The approximate number of bytes that the server's system accepted.
    package func pour(atMost most: Int) async -> Int {
        let block = ByteBuffer(repeating: 0, count: 64 << 10)
        var sent = 0
        while sent < most {
            guard (try? await channel.writeAndFlush(block)) != nil else { return sent }
            sent += block.readableBytes
        }
        return sent
    }

    /// Reads up to the end of a mark, or of the connection.
    ///
    /// - Parameter mark: What to wait for.
    /// - Returns: What came, the mark included.
    package mutating func read(to mark: String) async -> String {
        while true {
            if let end = unread.range(of: mark)?.upperBound {
                defer { unread.removeSubrange(..<end) }
                return String(unread[..<end])
            }
            guard let bytes = await next() else { return unread }
            unread += String(buffer: bytes)
        }
    }

    /// Reads to the end of the connection.
    ///
    /// - Returns: What came.
    package mutating func readToEnd() async -> String {
        while let bytes = await next() { unread += String(buffer: bytes) }
        return unread
    }

    private mutating func next() async -> ByteBuffer? {
        channel.read()
        return await inbound.next(isolation: #isolation)
    }

    /// Hands on what comes.
    private final class Collector: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private let source: AsyncStream<ByteBuffer>.Continuation

        init(source: AsyncStream<ByteBuffer>.Continuation) { self.source = source }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { source.yield(unwrapInboundIn(data)) }

        func channelInactive(context: ChannelHandlerContext) { source.finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
