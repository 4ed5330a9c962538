import RoostCore
import Synchronization

/// The number of jobs by status, for frequent requests that must not wait. One count runs at a time; a request during a
/// count, or one that would wait too long for it, gets the previous result.
final class JobCounts: Sendable {
    private struct State {
        var last: Result<[String: Int], any Error>?
        var isRunning = false
    }

    private static let longestWait: Duration = .milliseconds(50)

    private let count: @Sendable () async throws -> [String: Int]
    private let state = Mutex(State())

    /// Creates a counter; the first count begins with the first request.
    ///
    /// - Parameter count: Counts the jobs.
    init(_ count: @escaping @Sendable () async throws -> [String: Int]) { self.count = count }

    /// Returns the counts, or the error.
    func current() async -> Result<[String: Int], any Error> {
        let (mustCount, isFirst) = state.withLock { state in
            defer { state.isRunning = true }
            return (!state.isRunning, state.last == nil)
        }
        // There is no previous result before the first count.
        if isFirst { return await made() }
        if mustCount { await start() }
        return state.withLock { $0.last } ?? .failure(CancellationError())
    }

    private func start() async {
        let finished = WakeSignal()
        // Not a child task: the count cannot be cancelled, and the request continues without it.
        Task {
            _ = await self.made()
            finished.signal()
        }
        await finished.wait(atMost: Self.longestWait)
    }

    private func made() async -> Result<[String: Int], any Error> {
        let result: Result<[String: Int], any Error>
        do { result = .success(try await count()) } catch { result = .failure(error) }
        state.withLock { $0 = State(last: result) }
        return result
    }
}
