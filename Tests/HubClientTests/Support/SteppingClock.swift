import Synchronization

/// A clock whose sleeps take no time and tell the test.
final class SteppingClock: Clock {
    private struct State {
        var sleeps: [Duration] = []
        var action: @Sendable (Int) throws -> Void = { _ in }
    }

    private let state = Mutex(State())

    var now: ContinuousClock.Instant { .now }
    var minimumResolution: Duration { .zero }

    /// How long each sleep would have been.
    var sleeps: [Duration] { state.withLock { $0.sleeps } }

    func onSleep(_ action: @escaping @Sendable (Int) throws -> Void) { state.withLock { $0.action = action } }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        let (count, action) = state.withLock { state in
            state.sleeps.append(deadline - .now)
            return (state.sleeps.count, state.action)
        }
        try action(count)
    }
}
