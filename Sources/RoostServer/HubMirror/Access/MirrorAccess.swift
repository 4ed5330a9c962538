import Foundation
import HTTPTypes
import Hashing
import HummingbirdCore
import NIOCore
public import RoostCore

/// Who may read from a mirror. What is set must all hold: with a token and networks, a client needs the token and an address in one of them.
public struct MirrorAccess: Sendable {
    /// What clients send as their Hub token; `nil` asks for none.
    public var token: SecretToken?
    /// Where clients may come from; empty is everywhere.
    public var networks: [NetworkRange]
    /// Hosts that the `Host` header may name beside loopback ones, and whose web pages may read.
    var allowedHosts: [HostName] = []

    /// Sets the rules.
    ///
    /// - Parameters:
    ///   - token: What clients send as their Hub token.
    ///   - networks: Where clients may come from.
    public init(token: SecretToken? = nil, networks: [NetworkRange] = []) {
        self.token = token
        self.networks = networks
    }

    /// Refuses to open models to everybody by an oversight.
    ///
    /// - Parameters:
    ///   - host: The address to listen on.
    ///   - allow: The option that names networks.
    /// - Throws: `RoostError` with code `invalidConfiguration` when others reach the address and nothing is set.
    func require(for host: String, option allow: String) throws {
        guard HostName(bare: host)?.isLoopback != true, token == nil, networks.isEmpty else { return }
        throw RoostError(
            .invalidConfiguration,
            "\(host) can be reached from other machines: set ROOST_MIRROR_TOKEN to a secret that clients send as HF_TOKEN, or name the networks that may read with \(allow) 192.168.0.0/16."
        )
    }

    /// Decides about a request.
    ///
    /// - Parameters:
    ///   - request: What came.
    ///   - address: From where; `nil` only where no network is between.
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

    /// Refuses what a web page makes a browser send: it could have a mirror fetch whatever its upstream has.
    private func checkPage(_ request: Request, isLocal: Bool) throws {
        let host: HostName
        do { host = try request.host() } catch let error as RoostError { throw MirrorError.badRequest(error.message) }
        // A web page may lead its own name to a loopback address; no page can make a browser send one of these.
        guard !isLocal || host.isLoopback || host.isNamed(in: allowedHosts, defaultPorts: [80, 443]) else { throw MirrorError.foreignHost }
        if case .foreign = PageGuard(allowedHosts: allowedHosts, trustsThisMachine: false).verdict(on: request, for: host) {
            throw MirrorError.foreignPage
        }
    }

    /// Names hosts that the `Host` header may name, and whose web pages may read.
    ///
    /// - Parameter hosts: `host` or `host:port`.
    /// - Throws: `RoostError` with code `invalidConfiguration`.
    public mutating func allow(hosts: [String]) throws {
        allowedHosts += try hosts.map { text in
            guard let host = HostName(text) else {
                throw RoostError(
                    .invalidConfiguration, "A host is written as nas.lan, nas.lan:8006, 10.0.0.7 or [fd00::7]; got \(text.quotedForPeople).",
                    field: "allowed-hosts")
            }
            return host
        }
    }

    /// Compares digests, which takes the same time wherever the texts differ.
    private static func isEqual(_ sent: String, _ expected: String) -> Bool {
        zip(SHA256.hash(data: sent.utf8), SHA256.hash(data: expected.utf8)).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
