import RoostCore
import Synchronization

/// The responses that are being made.
final class ResponseRuns: Sendable {
    /// The most responses of a client that are made without it (`background`) at a time.
    static let mostInBackground = 16

    /// A run that its work keeps: a stream that its client does not read ends without a word.
    private struct Entry {
        weak var run: ResponseRun?
    }

    private let runs = Mutex<[String: Entry]>([:])

    /// Adds a response.
    ///
    /// - Throws: `RoostError` with code `rateLimited` for one in the background that is too much.
    func add(_ run: ResponseRun, isInBackground: Bool) throws {
        let isAdded = runs.withLock { runs in
            runs = runs.filter { $0.value.run != nil }
            let others = runs.values.compactMap(\.run).count { $0.client == run.client && $0.response.settings.isBackground }
            guard !isInBackground || others < Self.mostInBackground else { return false }
            runs[run.id] = Entry(run: run)
            return true
        }
        guard isAdded else {
            throw RoostError(
                .rateLimited, "\(Self.mostInBackground) responses of this client are being made in the background. Send this one when one has ended.",
                retryAfter: .seconds(5))
        }
    }

    /// Removes a response that has ended.
    func remove(_ run: ResponseRun) { runs.withLock { _ = $0.removeValue(forKey: run.id) } }

    /// Returns a client's response; `nil` if it is not being made.
    func run(_ id: String, of owner: String) -> ResponseRun? {
        runs.withLock { runs in runs[id]?.run.flatMap { $0.owner == owner ? $0 : nil } }
    }
}
