package import NIOCore

/// What kind of network an address is in: what decides whether a redirect or a webhook may lead there.
package enum NetworkKind: Sendable, Hashable {
    /// The open Internet.
    case open
    /// This machine.
    case loopback
    /// A private network (RFC 1918, RFC 4193), a provider's (RFC 6598), or one for measurements (RFC 2544).
    case local
    /// This wire, and the metadata services of clouds, wherever these are.
    case link
    /// No place that a connection can be made to: unspecified, broadcast, multicast, reserved, for documents only.
    case nowhere

    /// The kind of an address.
    ///
    /// - Parameter address: An IP address; a socket file counts as this machine.
    package init(_ address: SocketAddress) {
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
    package static func shown(by host: String) -> NetworkKind? {
        if let address = try? SocketAddress(ipAddress: host, port: 0) { return NetworkKind(address) }
        if host == "localhost" || host.hasSuffix(".localhost") { return .loopback }
        // A name's last label never begins with a digit (RFC 3696, section 2), and has no colon.
        let last = host.split(separator: ".").last ?? ""
        return host.contains(":") || last.first?.isNumber != false ? .nowhere : nil
    }

    private static func version4(_ bytes: [UInt8]) -> NetworkKind {
        switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
        case (127, _, _, _): .loopback
        // Metadata services: Azure's, Alibaba's, Oracle's (in the block of RFC 6890), everybody else's.
        case (168, 63, 129, 16), (100, 100, 100, 200), (192, 0, 0, _), (169, 254, _, _): .link
        case (10, _, _, _), (172, 16...31, _, _), (192, 168, _, _), (100, 64...127, _, _), (198, 18...19, _, _): .local
        case (0, _, _, _), (224..., _, _, _), (192, 0, 2, _), (198, 51, 100, _), (203, 0, 113, _), (192, 88, 99, _): .nowhere
        default: .open
        }
    }

    private static func version6(_ bytes: [UInt8]) -> NetworkKind {
        if let inner = embedded(in: bytes) { return version4(inner) }
        if bytes.dropLast().allSatisfy({ $0 == 0 }) { return bytes[15] == 1 ? .loopback : .nowhere }
        if metadata.contains(bytes) { return .link }
        switch (bytes[0], bytes[1]) {
        // What a translator of one's own network translates (RFC 8215).
        case (0, 0x64) where bytes[2...5] == [0xFF, 0x9B, 0, 1]: return .local
        // Private, and what was private once (RFC 3879).
        case (0xFC...0xFD, _), (0xFE, 0xC0...0xFF): return .local
        case (0xFE, 0x80...0xBF): return .link
        // Multicast, to be discarded (RFC 6666), for documents (RFC 3849).
        case (0xFF, _), (0x01, 0x00): return .nowhere
        case (0x20, 0x01) where bytes[2...3] == [0x0D, 0xB8]: return .nowhere
        default: return .open
        }
    }

    /// The IPv4 address that an IPv6 address leads to, if it does.
    private static func embedded(in bytes: [UInt8]) -> [UInt8]? {
        let last = Array(bytes[12...])
        let isZero = bytes.prefix(8).allSatisfy { $0 == 0 }
        switch (bytes[8], bytes[9], bytes[10], bytes[11]) {
        // ::ffff:a.b.c.d (RFC 4291), ::ffff:0:a.b.c.d (RFC 2765), ::a.b.c.d but for :: and ::1 themselves.
        case (0, 0, 0xFF, 0xFF) where isZero, (0xFF, 0xFF, 0, 0) where isZero: return last
        case (0, 0, 0, 0) where isZero && last.prefix(3) != [0, 0, 0]: return last
        // 64:ff9b::a.b.c.d of a translator (RFC 6052).
        case (0, 0, 0, 0) where bytes.prefix(8) == [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0]: return last
        // The interface of a tunnel (RFC 5214).
        case (0x00, 0, 0x5E, 0xFE), (0x02, 0, 0x5E, 0xFE): return last
        default: break
        }
        // 6to4 (RFC 3056); Teredo (RFC 4380), which hides the address by turning its bits over.
        if bytes.prefix(2) == [0x20, 0x02] { return Array(bytes[2...5]) }
        if bytes.prefix(4) == [0x20, 0x01, 0, 0] { return last.map { ~$0 } }
        return nil
    }

    /// fd00:ec2::254 (Amazon), fd20:ce::254 (Google), fd00:42::42 (Scaleway), fd00:c1::a9fe:a9fe (Oracle).
    private static let metadata: Set<[UInt8]> = [
        [0xFD, 0, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54], [0xFD, 0x20, 0, 0xCE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54],
        [0xFD, 0, 0, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x42], [0xFD, 0, 0, 0xC1, 0, 0, 0, 0, 0, 0, 0, 0, 0xA9, 0xFE, 0xA9, 0xFE],
    ]
}
