import RoostCore
import Synchronization

/// How many jobs there are of each status, for those who ask often and must not wait. One count is made at a time; who finds one under way, or waits
/// longer than a moment for it, gets the last one.
final class JobCounts: Sendable {
    private struct State {
        var last: Result<[String: Int], any Error>?
        var isRunning = false
    }

    private static let longestWait: Duration = .milliseconds(50)

    private let count: @Sendable () async throws -> [String: Int]
    private let state = Mutex(State())

    /// Makes a counter; nothing is counted before somebody asks.
    ///
    /// - Parameter count: Counts.
    init(_ count: @escaping @Sendable () async throws -> [String: Int]) { self.count = count }

    /// The counts, or why there are none.
    func current() async -> Result<[String: Int], any Error> {
        let (mustCount, isFirst) = state.withLock { state in
            defer { state.isRunning = true }
            return (!state.isRunning, state.last == nil)
        }
        // Before the first count there is nothing else to say.
        if isFirst { return await made() }
        if mustCount { await start() }
        return state.withLock { $0.last } ?? .failure(CancellationError())
    }

    private func start() async {
        let finished = WakeSignal()
        // Not a child task: the count cannot be hurried, and whoever asked goes on without it.
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
