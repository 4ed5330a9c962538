import Foundation
package import HTTPTypes
package import NIOCore

/// Finds out the client of a request that came through proxies.
///
/// Any client can send `X-Forwarded-For`, so it counts only as far as the addresses are those of proxies that the
/// operator trusts: the client is the last address in the list that is not one of them.
package struct TrustedProxies: Sendable, Hashable {
    /// The most addresses that are looked at.
    private static let most = 32

    /// The networks of the proxies; none for no proxy.
    package let networks: [NetworkRange]

    /// Creates the rule.
    package init(_ networks: [NetworkRange]) { self.networks = networks }

    /// Returns the address of the client behind trusted proxies.
    ///
    /// - Parameters:
    ///   - peer: The other end of the connection.
    ///   - headers: The headers of the request; untrusted.
    /// - Returns: The address; `nil` when the peer is no trusted proxy, or names no address of a client.
    package func client(of peer: SocketAddress?, _ headers: HTTPFields) -> String? {
        guard !networks.isEmpty, let peer, isTrusted(peer), let list = headers[.forwardedFor] else { return nil }
        for part in list.split(separator: ",", omittingEmptySubsequences: false).reversed().prefix(Self.most) {
            guard let address = try? SocketAddress(ipAddress: part.trimmingCharacters(in: .whitespaces), port: 0) else { return nil }
            if !isTrusted(address) { return address.ipAddress }
        }
        return nil
    }

    private func isTrusted(_ address: SocketAddress) -> Bool { networks.contains { $0.contains(address) } }
}

extension HTTPField.Name {
    fileprivate static let forwardedFor = Self("X-Forwarded-For") ?? .origin
}
