import Foundation
package import HTTPServing
import HTTPTypes
import Hashing
import HummingbirdCore
import NIOCore
package import RoostCore

/// The access rules of a mirror. All rules that are set apply: with a token and networks, a client needs the token and
/// an address in one of the networks.
package struct MirrorAccess: Sendable {
    /// The token that clients send as their Hub token; `nil` for none.
    package var token: SecretToken?
    /// The networks of the clients; empty for all.
    package var networks: [NetworkRange]
    /// Hosts that are allowed in the `Host` header in addition to loopback ones, and whose web pages may read.
    var allowedHosts: [HostName] = []

    /// Creates access rules.
    package init(token: SecretToken? = nil, networks: [NetworkRange] = []) {
        self.token = token
        self.networks = networks
    }

    /// Refuses to share models with every machine by mistake.
    ///
    /// - Parameters:
    ///   - host: The address to listen on.
    ///   - allow: The option for networks.
    /// - Throws: `RoostError` with code `invalidConfiguration` when other machines can reach the address and no rule is
    ///   set.
    func require(for host: String, option allow: String) throws {
        guard HostName(bare: host)?.isLoopback != true, token == nil, networks.isEmpty else { return }
        throw RoostError(
            .invalidConfiguration,
            "\(host) can be reached from other machines: set ROOST_MIRROR_TOKEN to a secret that clients send as HF_TOKEN, or name the networks that may read with \(allow) 192.168.0.0/16."
        )
    }

    /// Checks a request.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - address: The client's address; `nil` only without a network connection.
    ///   - isLocal: Whether the mirror listens on a loopback address.
    /// - Throws: `MirrorError`.
    func check(_ request: Request, from address: SocketAddress?, isLocal: Bool) throws {
        try checkPage(request, isLocal: isLocal)
        guard networks.isEmpty || networks.contains(where: { range in address.map(range.contains) ?? false }) else {
            throw MirrorError.foreignNetwork
        }
        guard let token else { return }
        guard let sent = request.headers[.authorization] else { throw MirrorError.tokenMissing }
        guard Self.isEqual(sent, "Bearer \(token.value)") else { throw MirrorError.tokenWrong }
    }

    /// Refuses requests that come from a web page: the page could make a mirror fetch anything from its upstream.
    private func checkPage(_ request: Request, isLocal: Bool) throws {
        let host: HostName
        do { host = try request.host() } catch let error as RoostError { throw MirrorError.badRequest(error.message) }
        // A web page may resolve its own name to a loopback address, but it cannot make a browser send one of these
        // hosts.
        guard !isLocal || host.isLoopback || host.isNamed(in: allowedHosts, defaultPorts: [80, 443]) else { throw MirrorError.foreignHost }
        if case .foreign = PageGuard(allowedHosts: allowedHosts, trustsThisMachine: false).verdict(on: request, for: host) {
            throw MirrorError.foreignPage
        }
    }

    /// Adds hosts that are allowed in the `Host` header, and whose web pages may read.
    ///
    /// - Parameter hosts: `host` or `host:port`.
    /// - Throws: `RoostError` with code `invalidConfiguration`.
    package mutating func allow(hosts: [String]) throws {
        allowedHosts += try hosts.map { text in
            guard let host = HostName(text) else {
                throw RoostError(
                    .invalidConfiguration, "A host is written as nas.lan, nas.lan:8006, 10.0.0.7 or [fd00::7]; got \(text.quotedForPeople).",
                    field: "allowed-hosts")
            }
            return host
        }
    }

    /// Compares the digests of two texts, so that the time does not depend on the place of a difference.
    private static func isEqual(_ sent: String, _ expected: String) -> Bool {
        ConstantTime.isEqual(SHA256.hash(data: sent.utf8), SHA256.hash(data: expected.utf8))
    }
}
