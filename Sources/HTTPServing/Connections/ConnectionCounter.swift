package import NIOCore
import Synchronization

/// Counts the open connections of each address, so that one client cannot use up all of them.
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
        guard let address = channel.remoteAddress?.ipAddress else { return true }
        guard take(address) else { return false }
        channel.closeFuture.whenComplete { _ in self.giveBack(address) }
        return true
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
