import NIOCore
import RoostCore
import Synchronization

/// Keeps redirects out of networks that are not the Hub's business.
///
/// A redirect may lead to the open Internet, or into the kind of network that the Hub itself is in: a Hub on the Internet never makes this server
/// ask something of its own machine, of its neighbours or of the cloud's metadata service. An address is checked before it is connected to, and
/// where a name led, when the connection is up: before anything is sent, and whatever the resolver says the next time.
final class RedirectGuard: Sendable {
    private let home: Mutex<NetworkKind>

    /// - Parameter endpoint: The Hub.
    init(_ endpoint: HubEndpoint) { home = Mutex(NetworkKind.shown(by: endpoint.origin.host) ?? .open) }

    /// A connection to the Hub itself is up: that is where it is.
    func foundHub(at address: SocketAddress) { home.withLock { $0 = NetworkKind(address) } }

    /// Refuses the target of a redirect whose host is an address.
    ///
    /// - Throws: `RoostError` with code `hubProtocolViolation`.
    func check(_ target: HTTPOrigin) throws {
        if let kind = NetworkKind.shown(by: target.host) { try check(kind, "\(target)") }
    }

    /// Refuses a connection that a redirect led to.
    ///
    /// - Throws: `RoostError` with code `hubProtocolViolation`.
    func check(_ address: SocketAddress) throws { try check(NetworkKind(address), "\(address.ipAddress ?? "a socket")") }

    private func check(_ kind: NetworkKind, _ place: String) throws {
        guard kind != .open, kind != home.withLock({ $0 }) else { return }
        throw RoostError(
            .hubProtocolViolation,
            "The Hub redirected to \(place), which is in a network where it is not itself, and that is refused. Check HF_ENDPOINT; a mirror and its storage have to be in one network."
        )
    }
}
