import Hummingbird
package import HummingbirdCore
package import Logging
package import NIOCore

/// The limits of clients before their request is parsed and while it is answered, the same for the API and the mirror.
package struct HTTPLimits: Sendable {
    /// The most connections at the same time; further ones wait in the system's backlog.
    package var connections: Int
    /// The most connections of one address at the same time; further ones get 429 and are closed.
    package var connectionsPerAddress: Int
    /// The number of bytes that a client has to accept in `readerWindow`, unless fewer are waiting.
    package var readerBytes = 64 << 10
    /// The time after which a client that has accepted less is disconnected.
    package var readerWindow: TimeAmount = .seconds(30)
    /// The same while the server stops.
    package var readerWindowAtStop: TimeAmount = .seconds(1)
    /// How long the connection is read after its last answer, for a client that reads only after it has sent
    /// everything.
    package var lingering: TimeAmount = .seconds(2)
    /// The most bytes that are discarded in that time.
    package var lingeringBytes = 4 << 20
    /// How long the answer of a `GET` is worked on for a client that has closed its sending side: most have gone.
    package var halfClose: TimeAmount = .seconds(10)
    /// The time after which an idle connection is closed, also one whose request makes no progress.
    package var idle: TimeAmount = .seconds(60)

    /// Creates limits; the others have defaults.
    package init(connections: Int = 2048, connectionsPerAddress: Int = 512) {
        self.connections = connections
        self.connectionsPerAddress = connectionsPerAddress
    }

    /// The HTTP/1 server with these limits.
    package var server: HTTPServerBuilder { server(with: nil) }

    /// Returns the HTTP/1 server with these limits. Headers have at most 32 KiB in 200 fields.
    ///
    /// - Parameter certificates: The certificates for TLS; `nil` for plain HTTP.
    /// - Returns: The server.
    package func server(with certificates: TLSCertificates?) -> HTTPServerBuilder {
        let counter = ConnectionCounter(mostPerAddress: connectionsPerAddress)
        let configuration = HTTP1Channel.Configuration(
            idleTimeout: idle,
            httpDecoderConfiguration: .init(maxHeaderFieldSize: 32 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 200))
        return HTTPServerBuilder { responder in
            let inner = HTTP1Channel(
                responder: { request, writer, channel in
                    try await responder(request.sayingContinue(on: channel), writer, channel)
                }, configuration: configuration)
            let channel = GuardedChannel(inner: inner, limits: self, counter: counter)
            return if let certificates { EncryptedChannel(inner: channel, certificates: certificates) } else { channel }
        }
    }

    /// Limits the connections of all addresses together.
    package func availableConnections(logger: Logger) -> any AvailableConnectionsDelegate { .maximum(connections, logger: logger) }
}
