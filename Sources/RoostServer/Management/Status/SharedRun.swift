import RoostCore
import Synchronization

/// Work whose result many requests need. It runs once at a time; a request that comes during a run waits for that one, and none waits long.
final class SharedRun<Value: Sendable>: Sendable {
    private struct State {
        var last: Value?
        var endedAt: Duration?
        /// When the run that goes on began.
        var beganAt: Duration?
        /// The requests that wait for it.
        var waiting: [WakeSignal] = []
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
        if let (finished, pause) = wait() { await finished.wait(atMost: pause, time) }
        return state.withLock { ($0.last, $0.beganAt != nil) }
    }

    /// Joins the run that goes on, or begins one.
    ///
    /// - Returns: The signal of its end, and how long to wait for it; `nil` when there is nothing to wait for.
    private func wait() -> (WakeSignal, Duration)? {
        let now = time.now()
        let finished = WakeSignal()
        let pause = state.withLock { state -> Duration? in
            if state.beganAt == nil, state.endedAt.map({ now - $0 < validity }) == true { return nil }
            let pause = longestWait - (now - (state.beganAt ?? now))
            guard pause > .zero else { return nil }
            state.waiting.append(finished)
            if state.beganAt == nil {
                state.beganAt = now
                begin()
            }
            return pause
        }
        return pause.map { (finished, $0) }
    }

    private func begin() {
        // Not a child task: the work cannot be cancelled, and the caller continues without it.
        Task {
            let value = await self.work()
            let waiting = self.state.withLock { state in
                defer { state = State(last: value, endedAt: self.time.now()) }
                return state.waiting
            }
            for finished in waiting { finished.signal() }
        }
    }
}
