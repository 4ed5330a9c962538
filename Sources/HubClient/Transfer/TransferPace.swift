import RoostCore
import Synchronization

/// Measures a transfer and determines its number of streams.
final class TransferPace: Sendable {
    private struct State {
        var count: StreamCount
        var last: (time: ContinuousClock.Instant, bytes: Int64)?
    }

    private let state: Mutex<State>
    /// Signals that more streams are needed.
    let grown = WakeSignal()

    init(most: Int) { state = Mutex(State(count: StreamCount(most: most))) }

    /// The current number of streams.
    var target: Int { state.withLock { $0.count.target } }

    func answered(after latency: Duration) {
        let (before, after) = state.withLock { state in
            let before = state.count.target
            state.count.answered(after: latency)
            return (before, state.count.target)
        }
        if after > before { grown.signal() }
    }

    /// Records the number of downloaded bytes; once per second a rate is computed.
    func measure(_ bytes: Int64) {
        state.withLock { state in
            let now = ContinuousClock.now
            guard let last = state.last else { return state.last = (now, bytes) }
            guard now - last.time >= .seconds(1) else { return }
            state.count.measured(rate: Double(bytes - last.bytes) / ((now - last.time) / .seconds(1)))
            state.last = (now, bytes)
        }
    }
}
