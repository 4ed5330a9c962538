import RoostCore
import Synchronization

/// Work whose result many requests need. It runs once at a time, and no request waits long for it.
final class SharedRun<Value: Sendable>: Sendable {
    private struct State {
        var last: Value?
        var endedAt: Duration?
        var isRunning = false
    }

    private let validity: Duration
    private let longestWait: Duration
    private let time: TimeSource
    private let work: @Sendable () async -> Value
    private let state = Mutex(State())

    /// Creates the work; it runs with the first call.
    ///
    /// - Parameters:
    ///   - validity: The time for which a result is valid.
    ///   - longestWait: The most time that a call waits.
    ///   - time: The time of the runs.
    ///   - work: The work.
    init(validity: Duration = .zero, longestWait: Duration, time: TimeSource = TimeSource(), _ work: @escaping @Sendable () async -> Value) {
        self.validity = validity
        self.longestWait = longestWait
        self.time = time
        self.work = work
    }

    /// Returns the last result, after a run if it is no longer valid, and whether a run goes on.
    func current() async -> (last: Value?, isRunning: Bool) {
        let mustRun = state.withLock { state in
            let isValid = state.endedAt.map { time.now() - $0 < validity } ?? false
            guard !state.isRunning, !isValid else { return false }
            state.isRunning = true
            return true
        }
        if mustRun { await start() }
        return state.withLock { ($0.last, $0.isRunning) }
    }

    private func start() async {
        let finished = WakeSignal()
        // Not a child task: the work cannot be cancelled, and the caller continues without it.
        Task {
            let value = await self.work()
            self.state.withLock { $0 = State(last: value, endedAt: self.time.now()) }
            finished.signal()
        }
        await finished.wait(atMost: longestWait, time)
    }
}
