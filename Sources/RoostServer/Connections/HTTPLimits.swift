import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// What a client may cost a server before its request is understood, and while it is answered. The API and the mirror have the same rules.
struct HTTPLimits: Sendable {
    /// Connections at once; further ones wait in the system's backlog.
    var connections = 2048
    /// Connections of one address at once; further ones get 429 and are closed.
    var connectionsPerAddress = 512
    /// How much a client must take of what waits for it in `readerWindow`, in bytes, or all of it.
    var readerBytes = 64 << 10
    /// A client that takes less in this time is dropped.
    var readerWindow: TimeAmount = .seconds(30)
    /// The same while the server stops.
    var readerWindowAtStop: TimeAmount = .seconds(1)
    /// How long a connection is read from after its last answer, for a client that sends first and reads then.
    var lingering: TimeAmount = .seconds(2)
    /// Bytes that are thrown away meanwhile.
    var lingeringBytes = 4 << 20
    /// A connection on which nothing is asked for this long is closed, and one whose request does not get on.
    var idle: TimeAmount = .seconds(60)

    /// What listens: HTTP/1 by these rules.
    ///
    /// Headers have at most 32 KiB in 200 fields.
    var server: HTTPServerBuilder {
        let counter = ConnectionCounter(mostPerAddress: connectionsPerAddress)
        let configuration = HTTP1Channel.Configuration(
            idleTimeout: idle,
            httpDecoderConfiguration: .init(maxHeaderFieldSize: 32 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 200))
        return HTTPServerBuilder { responder in
            let inner = HTTP1Channel(
                responder: { request, writer, channel in
                    try await responder(request.sayingContinue(on: channel), writer, channel)
                }, configuration: configuration)
            return GuardedChannel(inner: inner, limits: self, counter: counter)
        }
    }

    /// Bounds the connections of all addresses together.
    func availableConnections(logger: Logger) -> any AvailableConnectionsDelegate { .maximum(connections, logger: logger) }
}
