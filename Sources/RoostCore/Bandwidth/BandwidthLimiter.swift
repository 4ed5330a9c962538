import Synchronization

/// Keeps all senders or receivers together below a rate, which may change while they work.
public final class BandwidthLimiter: Sendable {
    private struct State {
        var schedule: BandwidthSchedule?
        /// The number of changes so far. A waiting caller continues when the limit changes.
        var generation = 0
    }

    private let state: Mutex<State>

    /// Creates a limiter that all its callers share.
    public init(bytesPerSecond: Int64? = nil) { state = Mutex(State(schedule: bytesPerSecond.map(BandwidthSchedule.init))) }

    /// The limit in bytes per second; `nil` for none. A change applies at once, also to waiting callers.
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

    /// The number of bytes to send at a time for an even rate: a twentieth of a second's worth, 1 to 256 KiB.
    public var chunkSize: Int { Int(min(max((bytesPerSecond ?? .max) / 20, 1024), 256 << 10)) }

    /// Waits until some bytes may be sent.
    ///
    /// - Parameter bytes: The number of bytes.
    /// - Throws: `CancellationError`.
    public func admit(_ bytes: Int) async throws {
        let (reserved, generation) = state.withLock { ($0.schedule?.reserve(bytes, at: .now), $0.generation) }
        guard let moment = reserved else { return }
        while ContinuousClock.now < moment, state.withLock({ $0.generation }) == generation {
            try await Task.sleep(until: min(moment, .now + .milliseconds(500)), clock: .continuous)
        }
    }
}
