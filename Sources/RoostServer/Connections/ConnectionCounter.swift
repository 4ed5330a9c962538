import NIOCore
import Synchronization

/// Counts the open connections of each address, so that one client cannot take the places of all others.
final class ConnectionCounter: Sendable {
    private let mostPerAddress: Int
    private let counts = Mutex<[String: Int]>([:])

    /// Makes a counter.
    ///
    /// - Parameter mostPerAddress: How many connections an address may have at once, 1 or more.
    init(mostPerAddress: Int) { self.mostPerAddress = mostPerAddress }

    /// Counts a new connection until it is closed.
    ///
    /// - Parameter channel: The connection. One without an Internet address is not counted.
    /// - Returns: Whether its address may have it; if not, it is not counted.
    func admit(_ channel: any Channel) -> Bool {
        guard let address = channel.remoteAddress?.ipAddress else { return true }
        guard take(address) else { return false }
        channel.closeFuture.whenComplete { _ in self.giveBack(address) }
        return true
    }

    /// Takes a place.
    ///
    /// - Returns: Whether there was one.
    func take(_ address: String) -> Bool {
        counts.withLock { counts in
            let count = counts[address, default: 0]
            guard count < mostPerAddress else { return false }
            counts[address] = count + 1
            return true
        }
    }

    /// Gives a place back.
    func giveBack(_ address: String) {
        counts.withLock { counts in
            // An address that has none is forgotten: there are very many addresses.
            counts[address] = counts[address].flatMap { $0 > 1 ? $0 - 1 : nil }
        }
    }
}
