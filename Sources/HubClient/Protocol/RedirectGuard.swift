import NIOCore
import RoostCore
import Synchronization

/// Prevents redirects from the Hub into other networks.
///
/// A redirect may lead to the open Internet, or into the kind of network that the Hub itself is in. So a Hub on the
/// Internet cannot make this server send requests to its own machine, to its neighbors or to the cloud's metadata
/// service. The address in a URL is checked before connecting. The address of a name is checked when the connection is
/// open, before anything is sent, so that later answers of the resolver do not matter.
final class RedirectGuard: Sendable {
    private let home: Mutex<NetworkKind>

    /// - Parameter endpoint: The Hub's endpoint.
    init(_ endpoint: HubEndpoint) { home = Mutex(NetworkKind.shown(by: endpoint.origin.host) ?? .open) }

    /// Records the network of the Hub from an open connection to it.
    func foundHub(at address: SocketAddress) { home.withLock { $0 = NetworkKind(address) } }

    /// Throws if the host of a redirect's target is an address in a forbidden network.
    ///
    /// - Throws: `RoostError` with code `hubProtocolViolation`.
    func check(_ target: HTTPOrigin) throws {
        if let kind = NetworkKind.shown(by: target.host) { try check(kind, "\(target)") }
    }

    /// Throws if a redirect led to a connection into a forbidden network.
    ///
    /// - Throws: `RoostError` with code `hubProtocolViolation`.
    func check(_ address: SocketAddress) throws { try check(NetworkKind(address), "\(address.ipAddress ?? "a socket")") }

    private func check(_ kind: NetworkKind, _ place: String) throws {
        guard kind != .open, kind != home.withLock({ $0 }) else { return }
        throw RoostError(
            .hubProtocolViolation,
            "The Hub redirected to \(place), which is in another kind of network than the Hub and is refused. Check HF_ENDPOINT; a mirror and its storage must be in one network."
        )
    }
}
