import RoostCore
import Synchronization

/// Bounds the memory of all large bodies that are being read at once: each may be large, but not all of them.
final class BodyBudget: Sendable {
    /// Bodies up to this size, in bytes, are not counted: the bound on connections bounds them.
    private static let small = 1 << 20

    private let limit: Int
    private let used = Mutex(0)

    /// Makes a budget.
    ///
    /// - Parameter limit: Bytes of all large bodies together.
    init(limit: Int) { self.limit = limit }

    /// A body's place, given back when the object goes.
    final class Place: Sendable {
        private let budget: BodyBudget
        private let bytes: Int

        fileprivate init(_ budget: BodyBudget, _ bytes: Int) {
            self.budget = budget
            self.bytes = bytes
        }

        deinit { budget.used.withLock { $0 -= bytes } }
    }

    /// Takes a place for a body.
    ///
    /// - Parameter bytes: Its size, or the most that it may have.
    /// - Returns: The place; `nil` for a body that is not counted.
    /// - Throws: `RoostError` with code `rateLimited`.
    func place(for bytes: Int) throws -> Place? {
        guard bytes > Self.small else { return nil }
        let isFree = used.withLock { used in
            guard used == 0 || used + bytes <= limit else { return false }
            used += bytes
            return true
        }
        guard isFree else {
            throw RoostError(
                .rateLimited, "Too many large requests are being read at once. Send this one again in a moment.", retryAfter: .seconds(1))
        }
        return Place(self, bytes)
    }
}
