package import NIOCore

/// The kind of network that an address belongs to. It decides whether a redirect or a webhook may lead there.
package enum NetworkKind: Sendable, Hashable {
    /// The open Internet.
    case open
    /// This machine.
    case loopback
    /// A private network (RFC 1918, RFC 4193), a provider's network (RFC 6598), or one for measurements (RFC 2544).
    case local
    /// The local link, and the metadata services of cloud providers at any address.
    case link
    /// No address for a connection: unspecified, broadcast, multicast, reserved, or for documentation only.
    case nowhere

    /// The kind of an address.
    ///
    /// - Parameter address: An IP address; a Unix socket counts as this machine.
    package init(_ address: SocketAddress) {
        switch address {
        // The fields are accessed by their offsets in the C structures, which are the same on all systems, because the
        // module that declares their names differs between systems.
        case .v4(let address): self = withUnsafeBytes(of: address.address) { Self.version4(Array($0[4..<8])) }
        case .v6(let address): self = withUnsafeBytes(of: address.address) { Self.version6(Array($0[8..<24])) }
        case .unixDomainSocket: self = .loopback
        }
    }

    /// Returns the kind of a host in a URL, without resolving it.
    ///
    /// - Parameter host: A name or an address, without brackets.
    /// - Returns: `nil` for a name. A number in an unusual form (`0x7f.1`, `2130706433`) is `nowhere`, because
    ///   resolvers accept it as an address.
    package static func shown(by host: String) -> NetworkKind? {
        if let address = try? SocketAddress(ipAddress: host, port: 0) { return NetworkKind(address) }
        if host == "localhost" || host.hasSuffix(".localhost") { return .loopback }
        // The last label of a name never begins with a digit (RFC 3696, section 2), and contains no colon.
        let last = host.split(separator: ".").last ?? ""
        return host.contains(":") || last.first?.isNumber != false ? .nowhere : nil
    }

    private static func version4(_ bytes: [UInt8]) -> NetworkKind {
        switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
        case (127, _, _, _): .loopback
        // Metadata services: those of Azure, Alibaba, Oracle (in the block of RFC 6890) and all others.
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
        // The prefix for local IPv4/IPv6 translation (RFC 8215).
        case (0, 0x64) where bytes[2...5] == [0xFF, 0x9B, 0, 1]: return .local
        // Private addresses, and former site-local addresses (RFC 3879).
        case (0xFC...0xFD, _), (0xFE, 0xC0...0xFF): return .local
        case (0xFE, 0x80...0xBF): return .link
        // Multicast, discard-only (RFC 6666), and documentation addresses (RFC 3849).
        case (0xFF, _), (0x01, 0x00): return .nowhere
        case (0x20, 0x01) where bytes[2...3] == [0x0D, 0xB8]: return .nowhere
        default: return .open
        }
    }

    /// The IPv4 address that is embedded in an IPv6 address, if there is one.
    private static func embedded(in bytes: [UInt8]) -> [UInt8]? {
        let last = Array(bytes[12...])
        let isZero = bytes.prefix(8).allSatisfy { $0 == 0 }
        switch (bytes[8], bytes[9], bytes[10], bytes[11]) {
        // ::ffff:a.b.c.d (RFC 4291), ::ffff:0:a.b.c.d (RFC 2765), ::a.b.c.d except :: and ::1.
        case (0, 0, 0xFF, 0xFF) where isZero, (0xFF, 0xFF, 0, 0) where isZero: return last
        case (0, 0, 0, 0) where isZero && last.prefix(3) != [0, 0, 0]: return last
        // 64:ff9b::a.b.c.d of an IPv4/IPv6 translator (RFC 6052).
        case (0, 0, 0, 0) where bytes.prefix(8) == [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0]: return last
        // The interface identifier of an ISATAP tunnel (RFC 5214).
        case (0x00, 0, 0x5E, 0xFE), (0x02, 0, 0x5E, 0xFE): return last
        default: break
        }
        // 6to4 (RFC 3056); Teredo (RFC 4380), which stores the address with inverted bits.
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
