import RoostCore
import Synchronization

/// Checks whether jobs.db can be written. Frequent checks cost one small write in five seconds, and no caller waits
/// longer than two seconds.
final class WriteCheck: Sendable {
    private struct State {
        var failure: String?
        var checkedAt: Duration?
        var isRunning = false
    }

    /// The time for which a result is valid.
    private static let validity: Duration = .seconds(5)
    private static let longestWait: Duration = .seconds(2)

    private let time: TimeSource
    private let check: @Sendable () async throws -> Void
    private let state = Mutex(State())

    /// Creates a check; the first write happens with the first call.
    ///
    /// - Parameters:
    ///   - time: The time of the checks.
    ///   - check: Commits an empty change, or throws why it cannot.
    init(time: TimeSource = TimeSource(), _ check: @escaping @Sendable () async throws -> Void) {
        self.time = time
        self.check = check
    }

    /// Returns why a change cannot be written.
    ///
    /// - Returns: A sentence for the operator; `nil` when a change can be written.
    func failure() async -> String? {
        let mustCheck = state.withLock { state in
            if state.isRunning { return false }
            if let checkedAt = state.checkedAt, time.now() - checkedAt < Self.validity { return false }
            state.isRunning = true
            return true
        }
        if mustCheck { await start() }
        return state.withLock { $0.isRunning ? "jobs.db is being written by another program, and changes have to wait." : $0.failure }
    }

    private func start() async {
        let finished = WakeSignal()
        // Not a child task: the check cannot be cancelled, and the caller continues without it.
        Task {
            var failure: String?
            do { try await self.check() } catch { failure = "\(error)" }
            self.state.withLock { $0 = State(failure: failure, checkedAt: self.time.now()) }
            finished.signal()
        }
        await finished.wait(atMost: Self.longestWait, time)
    }
}
