package import NIOCore
import RoostCore

/// The addresses of a network, such as `192.168.0.0/16` or `fd00::/8`; an address alone is a network with one address.
package struct NetworkRange: Sendable, Hashable {
    private let bytes: [UInt8]
    private let length: Int

    /// Parses a network.
    ///
    /// - Parameter text: An IPv4 or IPv6 address and the number of its leading bits that count: `10.0.0.0/8`.
    /// - Throws: `RoostError` with code `invalidConfiguration`.
    package init(parsing text: String) throws {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let address = parts.first.flatMap { try? SocketAddress(ipAddress: String($0), port: 0) }.flatMap(Self.bytes)
        guard let address, parts.count <= 2, let length = parts.count == 2 ? Self.number(parts[1]) : address.count * 8,
            (0...address.count * 8).contains(length)
        else {
            throw RoostError(
                .invalidConfiguration, "A network is written as 192.168.0.0/16, fd00::/8 or one address; got \(text.quotedForPeople).", field: "allow"
            )
        }
        self.bytes = address
        self.length = length
    }

    /// Returns whether a client's address is in this network. An IPv4 address also matches where it reached an IPv6
    /// socket.
    package func contains(_ address: SocketAddress) -> Bool {
        guard let other = Self.bytes(of: address), other.count == bytes.count else { return false }
        let whole = length / 8
        guard other.prefix(whole) == bytes.prefix(whole) else { return false }
        let mask = ~(UInt8.max >> UInt8(length % 8))
        return length % 8 == 0 || other[whole] & mask == bytes[whole] & mask
    }

    /// Returns the 4 or 16 bytes of an address; 4 for an IPv4 address that is written as an IPv6 one.
    private static func bytes(of address: SocketAddress) -> [UInt8]? {
        switch address {
        // Read by their offsets in the C structures, which are the same on all systems; the module of the fields
        // depends on the system.
        case .v4(let address): return withUnsafeBytes(of: address.address) { Array($0[4..<8]) }
        case .v6(let address):
            let bytes = withUnsafeBytes(of: address.address) { Array($0[8..<24]) }
            let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10...11].allSatisfy { $0 == 0xFF }
            return isMapped ? Array(bytes[12...]) : bytes
        case .unixDomainSocket: return nil
        }
    }

    private static func number(_ text: Substring) -> Int? {
        (1...3).contains(text.utf8.count) && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(text) : nil
    }
}
