import HummingbirdCore
import NIOCore

/// What a client may cost the server before its request is understood.
enum HTTPLimits {
    /// Connections at once; further ones wait in the system's backlog.
    static let maxConnections = 2048

    /// Headers of at most 32 KiB in 200 fields; a connection that says nothing for a minute is closed.
    static var channel: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            idleTimeout: .seconds(60),
            httpDecoderConfiguration: .init(maxHeaderFieldSize: 32 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 200))
    }
}
