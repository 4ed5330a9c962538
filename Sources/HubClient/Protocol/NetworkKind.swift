import NIOCore

/// What kind of network an address is in: what decides whether a redirect may lead there.
enum NetworkKind: Sendable, Hashable {
    /// The open Internet.
    case open
    /// This machine.
    case loopback
    /// A private network (RFC 1918, RFC 4193), or a provider's (RFC 6598).
    case local
    /// This wire. The metadata services of clouds are here.
    case link
    /// No place that a connection can be made to: unspecified, broadcast, multicast, reserved.
    case nowhere

    /// The kind of an address.
    ///
    /// - Parameter address: An IP address; a socket file counts as this machine.
    init(_ address: SocketAddress) {
        switch address {
        // By their places in the C structures, the same on all systems: which module the fields' names belong to depends on the system.
        case .v4(let address): self = withUnsafeBytes(of: address.address) { Self.version4(Array($0[4..<8])) }
        case .v6(let address): self = withUnsafeBytes(of: address.address) { Self.version6(Array($0[8..<24])) }
        case .unixDomainSocket: self = .loopback
        }
    }

    /// The kind that a URL's host shows by itself.
    ///
    /// - Parameter host: A name or an address, without brackets.
    /// - Returns: `nil` for a name. A number that is no plain address (`0x7f.1`, `2130706433`) is nowhere: resolvers take it for an address.
    static func shown(by host: String) -> NetworkKind? {
        if let address = try? SocketAddress(ipAddress: host, port: 0) { return NetworkKind(address) }
        if host == "localhost" || host.hasSuffix(".localhost") { return .loopback }
        // A name's last label never begins with a digit (RFC 3696, section 2), and has no colon.
        let last = host.split(separator: ".").last ?? ""
        return host.contains(":") || last.first?.isNumber != false ? .nowhere : nil
    }

    private static func version4(_ bytes: [UInt8]) -> NetworkKind {
        switch (bytes[0], bytes[1]) {
        case (127, _): .loopback
        case (10, _), (172, 16...31), (192, 168), (100, 64...127): .local
        case (169, 254): .link
        case (0, _), (224..., _): .nowhere
        default: .open
        }
    }

    private static func version6(_ bytes: [UInt8]) -> NetworkKind {
        let isZero = bytes.prefix(10).allSatisfy { $0 == 0 }
        // An IPv4 address written as an IPv6 one: ::ffff:a.b.c.d, ::a.b.c.d, and 64:ff9b::a.b.c.d of a translator.
        if isZero, bytes[10] == 0xFF, bytes[11] == 0xFF { return version4(Array(bytes[12...])) }
        if bytes.prefix(12) == [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0] { return version4(Array(bytes[12...])) }
        if isZero, bytes[10] == 0, bytes[11] == 0 { return bytes[12...] == [0, 0, 0, 1] ? .loopback : version4(Array(bytes[12...])) }
        switch (bytes[0], bytes[1]) {
        case (0xFC...0xFD, _): return .local
        case (0xFE, 0x80...0xBF): return .link
        case (0xFF, _): return .nowhere
        default: return .open
        }
    }
}
