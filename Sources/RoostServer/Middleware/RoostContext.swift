import Access
import HTTPServing
import Hummingbird
import NIOCore

/// The context of every request of Roost's API.
struct RoostContext: RequestContext {
    /// Hummingbird's own part.
    var coreContext: CoreRequestContextStorage
    /// The client's connection.
    let channel: any Channel
    /// Who sends the request; `FrontDoor` finds it out. Without that nothing is allowed.
    var caller = Caller.unseen

    /// Creates the context of a request.
    ///
    /// - Parameter source: The connection and the logger.
    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// The client, for what belongs to it: the id of its key, otherwise its address; empty for one without address, such as at a
    /// Unix socket.
    var owner: String { caller.key?.id ?? address ?? "" }

    /// The client, for fair shares. A client with IPv6 and no key has a whole network of addresses, which counts as one.
    var client: String { caller.key?.id ?? socketAddress.flatMap(ConnectionCounter.client) ?? "" }

    private var socketAddress: SocketAddress? {
        // What a trusted proxy names is an address; a text that is none counts as the proxy itself.
        forwardedAddress.flatMap { try? SocketAddress(ipAddress: $0, port: 0) } ?? channel.remoteAddress
    }

    /// The client's address behind trusted proxies; `nil` without one.
    var forwardedAddress: String?

    /// The client's address; `nil` for one without, such as at a Unix socket.
    var address: String? { forwardedAddress ?? channel.remoteAddress?.ipAddress }

    /// The most bytes of a body; a longer one gets 413.
    var maxUploadSize: Int { Self.maxBodyBytes }

    /// 1 MiB.
    static let maxBodyBytes = 1 << 20
}
