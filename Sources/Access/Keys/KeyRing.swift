package import Foundation
import Hashing

/// All keys in memory, so that no request waits for a file.
package struct KeyRing: Sendable {
    /// What a key turns out to be.
    package enum Finding: Sendable, Hashable {
        case active(StoredKey)
        /// The secret is right, and the key does not work any more.
        case ended(StoredKey, StoredKey.State)
        /// There is no such key, or the secret is another one.
        case unknown
    }

    /// The digest that is compared for an id without a key, so that the time does not tell which ids there are.
    private static let none = [UInt8](repeating: 0, count: 32)

    private let keys: [String: StoredKey]

    /// Creates a ring.
    package init(_ keys: [StoredKey] = []) { self.keys = Dictionary(keys.map { ($0.id, $0) }) { first, _ in first } }

    /// Whether there has never been a key.
    package var isEmpty: Bool { keys.isEmpty }

    /// Whether a key that was found once may still be used.
    ///
    /// - Parameters:
    ///   - id: The public id of the key.
    ///   - date: The current date.
    /// - Returns: Whether it is neither revoked nor expired.
    package func isActive(_ id: String, at date: Date) -> Bool { keys[id]?.state(at: date) == .active }

    /// Looks a key up. Its public id finds the row; the digests of the secrets are compared in constant time.
    ///
    /// - Parameters:
    ///   - key: The key that a client sent.
    ///   - date: The current date.
    /// - Returns: The stored key, if it may be used.
    package func find(_ key: APIKey, at date: Date) -> Finding {
        let (digest, stored) = (key.digest, keys[key.id])
        let isCurrent = ConstantTime.isEqual(digest, stored?.digest ?? Self.none)
        let isEarlier = ConstantTime.isEqual(digest, stored?.earlier?.digest ?? Self.none)
        guard let stored, isCurrent || isEarlier && (stored.earlier.map { date < $0.end } ?? false) else { return .unknown }
        let state = stored.state(at: date)
        return state == .active ? .active(stored) : .ended(stored, state)
    }
}
