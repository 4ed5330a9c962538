import JobStore
import RoostCore
import Synchronization

/// Whether jobs.db takes changes now. Asked often it costs one small write in five seconds, and nobody waits for the answer longer than two.
final class WriteCheck: Sendable {
    private struct State {
        var failure: String?
        var checkedAt: ContinuousClock.Instant?
        var isRunning = false
    }

    /// An answer counts for so long.
    private static let validity: Duration = .seconds(5)
    private static let longestWait: Duration = .seconds(2)

    private let check: @Sendable () async throws -> Void
    private let state = Mutex(State())

    /// Makes a check; nothing is written before somebody asks.
    ///
    /// - Parameter check: Commits a change that changes nothing, or throws why it cannot.
    init(_ check: @escaping @Sendable () async throws -> Void) { self.check = check }

    /// Why a change cannot be written.
    ///
    /// - Returns: A sentence for people; `nil` when it can.
    func failure() async -> String? {
        let mustCheck = state.withLock { state in
            if state.isRunning { return false }
            if let checkedAt = state.checkedAt, ContinuousClock.now - checkedAt < Self.validity { return false }
            state.isRunning = true
            return true
        }
        if mustCheck { await start() }
        return state.withLock { $0.isRunning ? "jobs.db is being written by another program, and changes have to wait." : $0.failure }
    }

    private func start() async {
        let finished = WakeSignal()
        // Not a child task: the check cannot be hurried, and whoever asked goes on without it.
        Task {
            var failure: String?
            do { try await self.check() } catch { failure = "\(error)" }
            self.state.withLock { $0 = State(failure: failure, checkedAt: .now) }
            finished.signal()
        }
        await finished.wait(atMost: Self.longestWait)
    }
}
