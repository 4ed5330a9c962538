import Synchronization

/// A state behind a lock whose changes wake the tasks that wait for a condition.
package final class WatchedState<State: Sendable>: Sendable {
    private struct Watched: Sendable {
        var state: State
        var waiting: [Int: WakeSignal] = [:]
        var lastID = 0
    }

    private let watched: Mutex<Watched>

    /// Creates a state with its first value.
    package init(_ state: State) { watched = Mutex(Watched(state: state)) }

    /// The current value.
    package var current: State { watched.withLock { $0.state } }

    /// The number of tasks that wait.
    package var waiters: Int { watched.withLock { $0.waiting.count } }

    /// Changes the state and wakes all waiting tasks.
    package func change(_ change: (inout State) -> Void) {
        let signals = watched.withLock { watched in
            change(&watched.state)
            return Array(watched.waiting.values)
        }
        for signal in signals { signal.signal() }
    }

    /// Waits until the state has a value of interest.
    ///
    /// - Parameters:
    ///   - deadline: The time at which `look` is called a last time, which must then end the wait; `nil` for no limit.
    ///   - look: Returns the value, or `nil` to wait for the next change. Called outside the lock.
    /// - Returns: The value.
    /// - Throws: The errors of `look`; `CancellationError`.
    package func wait<Value>(until deadline: ContinuousClock.Instant? = nil, for look: (State) throws -> Value?) async throws -> Value {
        let signal = WakeSignal()
        let id = watched.withLock { watched in
            watched.lastID += 1
            watched.waiting[watched.lastID] = signal
            return watched.lastID
        }
        defer { _ = watched.withLock { $0.waiting.removeValue(forKey: id) } }
        while true {
            if let value = try look(current) { return value }
            try Task.checkCancellation()
            if let deadline { await signal.wait(atMost: deadline - .now) } else { await signal.next() }
        }
    }
}
