import Synchronization

/// Holds senders or receivers back so that all of them together stay below a speed, which may change while they work.
public final class BandwidthLimiter: Sendable {
    private struct State {
        var schedule: BandwidthSchedule?
        /// Counts the changes: who waits for the old line goes on when there is a new one.
        var generation = 0
    }

    private let state: Mutex<State>

    /// Limits everybody who asks this object.
    ///
    /// - Parameter bytesPerSecond: At least 1; `nil` for no limit.
    public init(bytesPerSecond: Int64? = nil) { state = Mutex(State(schedule: bytesPerSecond.map(BandwidthSchedule.init))) }

    /// The limit; `nil` for none. A change holds at once, also for those who wait.
    public var bytesPerSecond: Int64? {
        get { state.withLock { $0.schedule?.bytesPerSecond } }
        set {
            state.withLock { state in
                guard newValue != state.schedule?.bytesPerSecond else { return }
                state.schedule = newValue.map(BandwidthSchedule.init)
                state.generation += 1
            }
        }
    }

    /// How much to send at a time so that the line looks steady: a twentieth of a second's worth, 1 to 256 KiB.
    public var chunkSize: Int { Int(min(max((bytesPerSecond ?? .max) / 20, 1024), 256 << 10)) }

    /// Waits until some bytes may go.
    ///
    /// - Parameter bytes: How many.
    /// - Throws: `CancellationError`.
    public func admit(_ bytes: Int) async throws {
        let (reserved, generation) = state.withLock { ($0.schedule?.reserve(bytes, at: .now), $0.generation) }
        guard let moment = reserved else { return }
        while ContinuousClock.now < moment, state.withLock({ $0.generation }) == generation {
            try await Task.sleep(until: min(moment, .now + .milliseconds(500)), clock: .continuous)
        }
    }
}
