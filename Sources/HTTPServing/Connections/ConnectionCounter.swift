package import NIOCore
import RoostCore
import Synchronization

/// Counts the open connections of each address, so that one client cannot use up all of them. A client with IPv6 has a whole network
/// of 64 bits, whose addresses count as one.
package final class ConnectionCounter: Sendable {
    private let mostPerAddress: Int
    private let counts = Mutex<[String: Int]>([:])

    /// Creates a counter.
    ///
    /// - Parameter mostPerAddress: The most connections of an address at the same time, 1 or more.
    package init(mostPerAddress: Int) { self.mostPerAddress = mostPerAddress }

    /// Counts a new connection until it is closed.
    ///
    /// - Parameter channel: The connection. One without an Internet address is not counted.
    /// - Returns: Whether the connection is allowed; otherwise it is not counted.
    package func admit(_ channel: any Channel) -> Bool {
        guard let address = channel.remoteAddress.flatMap(Self.client) else { return true }
        guard take(address) else { return false }
        channel.closeFuture.whenComplete { _ in self.giveBack(address) }
        return true
    }

    /// The address or network that counts as one client; `nil` without an Internet address.
    package static func client(at address: SocketAddress) -> String? {
        guard case .v6 = address else { return address.ipAddress }
        // The address is in bytes 8 to 23 of `sockaddr_in6`, on Linux and macOS.
        let bytes = address.withSockAddr { [UInt8](UnsafeRawBufferPointer(start: $0, count: $1).dropFirst(8).prefix(16)) }
        // An IPv4 client of a socket for both.
        if bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10...11].allSatisfy({ $0 == 0xFF }) {
            return bytes[12...].map(String.init).joined(separator: ".")
        }
        return bytes.prefix(8).hexadecimal + "/64"
    }

    /// Counts a connection of an address.
    ///
    /// - Returns: Whether it is allowed.
    package func take(_ address: String) -> Bool {
        counts.withLock { counts in
            let count = counts[address, default: 0]
            guard count < mostPerAddress else { return false }
            counts[address] = count + 1
            return true
        }
    }

    /// Ends the count of a connection.
    package func giveBack(_ address: String) {
        counts.withLock { counts in
            // An address without connections is removed, because there are very many addresses.
            counts[address] = counts[address].flatMap { $0 > 1 ? $0 - 1 : nil }
        }
    }
}
