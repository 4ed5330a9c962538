import RoostCore
import Synchronization

/// Limits the memory of all large request bodies together while they are read.
final class BodyBudget: Sendable {
    /// The size in bytes up to which bodies are not counted; the limit on connections is enough for them.
    private static let small = 1 << 20

    private let limit: Int
    private let used = Mutex(0)

    /// Creates a budget.
    ///
    /// - Parameter limit: The most bytes of all large bodies together.
    init(limit: Int) { self.limit = limit }

    /// A part of the budget for one body, which is released with the object.
    final class Place: Sendable {
        private let budget: BodyBudget
        private let bytes: Int

        fileprivate init(_ budget: BodyBudget, _ bytes: Int) {
            self.budget = budget
            self.bytes = bytes
        }

        deinit { budget.used.withLock { $0 -= bytes } }
    }

    /// Reserves a part of the budget for a body.
    ///
    /// - Parameter bytes: The size of the body, or the most bytes that it may have.
    /// - Returns: The part of the budget; `nil` for a small body.
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
