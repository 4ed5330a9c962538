import RoostCore
import Synchronization

/// Limits the memory of all large bodies together: those of requests from the first byte until their engines have them, or until the
/// answer if it is sent in one piece; those of answers until their clients have read them.
final class BodyBudget: Sendable {
    /// The size in bytes up to which bodies are not counted; the limit on connections is enough for them.
    private let small: Int
    private let limit: Int
    /// The sentence for a client without a place.
    private let refusal: String
    /// The bytes of each client.
    private let used = Mutex<[String: Int]>([:])

    /// Creates a budget.
    ///
    /// - Parameters:
    ///   - limit: The most bytes of all large bodies together; a quarter of it is for the other clients of one that uses the rest.
    ///   - small: The size in bytes up to which bodies are not counted.
    ///   - refusal: The sentence for a client without a place.
    init(limit: Int, small: Int, refusal: String) {
        self.limit = limit
        self.small = small
        self.refusal = refusal
    }

    /// Creates the budget of the bodies of requests.
    static func ofRequests(limit: Int) -> BodyBudget {
        BodyBudget(
            limit: limit, small: 1 << 20,
            refusal:
                "Large requests, or ones that do not tell their length, use all the memory for them until their engines have them. Send this one again in a moment."
        )
    }

    /// Creates the budget of the bodies of answers.
    static func ofAnswers(limit: Int) -> BodyBudget {
        BodyBudget(
            limit: limit, small: 64 << 10,
            refusal:
                "Large answers that their clients have not read yet use all the memory for them. Read those, or ask for less at once, and send this request again in a moment."
        )
    }

    /// A part of the budget for one body, which is released with the object.
    final class Place: Sendable {
        private let budget: BodyBudget
        private let client: String
        private let bytes: Mutex<Int>

        fileprivate init(_ budget: BodyBudget, _ client: String, _ bytes: Int) {
            self.budget = budget
            self.client = client
            self.bytes = Mutex(bytes)
        }

        /// Gives back what a body does not need.
        ///
        /// - Parameter size: The bytes that it has.
        func shrink(to size: Int) {
            let rest = size > budget.small ? size : 0
            let free = bytes.withLock { bytes in
                defer { bytes = min(bytes, rest) }
                return max(0, bytes - rest)
            }
            budget.release(free, of: client)
        }

        deinit { budget.release(bytes.withLock { $0 }, of: client) }
    }

    /// Reserves a part of the budget for a body.
    ///
    /// - Parameters:
    ///   - bytes: The size of the body, or the most bytes that it may have.
    ///   - client: Who sends it.
    /// - Returns: The part of the budget; `nil` for a small body.
    /// - Throws: `RoostError` with code `rateLimited`.
    func place(for bytes: Int, of client: String) throws -> Place? {
        guard bytes > small else { return nil }
        let isFree = used.withLock { used in
            let (own, all) = (used[client] ?? 0, used.values.reduce(0, +))
            guard own == 0 || own + bytes <= limit - limit / 4, all == 0 || all + bytes <= limit else { return false }
            used[client] = own + bytes
            return true
        }
        guard isFree else {
            throw RoostError(.rateLimited, refusal, retryAfter: .seconds(1))
        }
        return Place(self, client, bytes)
    }

    /// Refuses a client whose bodies use all that it may have, before anything is done for it.
    ///
    /// - Throws: `RoostError` with code `rateLimited`.
    func checkRoom(of client: String) throws {
        let isFree = used.withLock { used in (used[client] ?? 0) < limit - limit / 4 && used.values.reduce(0, +) < limit }
        guard isFree else { throw RoostError(.rateLimited, refusal, retryAfter: .seconds(1)) }
    }

    /// Counts a body that cannot be refused any more, also beyond the limit.
    ///
    /// - Returns: The part of the budget; `nil` for a small body.
    func promisedPlace(for bytes: Int, of client: String) -> Place? {
        guard bytes > small else { return nil }
        used.withLock { $0[client, default: 0] += bytes }
        return Place(self, client, bytes)
    }

    /// Reserves a part of the budget for a body that has become longer than it was sent, instead of the one that it has.
    ///
    /// - Parameters:
    ///   - bytes: The size of the body, or the most bytes that it will have.
    ///   - client: Who has sent it.
    ///   - place: The part of the budget that it has; it is given back.
    /// - Returns: The part of the budget; `nil` for a small body.
    /// - Throws: `RoostError` with code `rateLimited`.
    func place(for bytes: Int, of client: String, insteadOf place: Place?) throws -> Place? {
        place?.shrink(to: 0)
        return try self.place(for: bytes, of: client)
    }

    private func release(_ bytes: Int, of client: String) {
        used.withLock { used in
            let rest = (used[client] ?? 0) - bytes
            used[client] = rest > 0 ? rest : nil
        }
    }
}
