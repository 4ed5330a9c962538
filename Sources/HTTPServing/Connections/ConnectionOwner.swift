package import HummingbirdCore
package import NIOCore

/// Keeps a connection's value until the connection is closed.
///
/// A server that stops may accept a connection that it no longer handles, and drops its value. SwiftNIO ends the process if the
/// value of an open connection is dropped: nothing could close it. Here the end of the connection comes first, since the server
/// closes the connections that it has accepted.
package final class ConnectionOwner: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = Any

    private var value: GuardedChannel.Value?

    /// Keeps a value.
    package init(_ value: GuardedChannel.Value) { self.value = value }

    package func channelInactive(context: ChannelHandlerContext) {
        value = nil
        context.fireChannelInactive()
    }

    package func handlerRemoved(context: ChannelHandlerContext) { value = nil }
}
