import RoostCore
import Synchronization

/// Measures a transfer and decides how many streams it gets.
final class TransferPace: Sendable {
    private struct State {
        var count: StreamCount
        var last: (time: ContinuousClock.Instant, bytes: Int64)?
    }

    private let state: Mutex<State>
    /// Given when there should be more streams.
    let grown = WakeSignal()

    init(most: Int) { state = Mutex(State(count: StreamCount(most: most))) }

    /// How many streams there should be now.
    var target: Int { state.withLock { $0.count.target } }

    func answered(after latency: Duration) {
        let (before, after) = state.withLock { state in
            let before = state.count.target
            state.count.answered(after: latency)
            return (before, state.count.target)
        }
        if after > before { grown.signal() }
    }

    /// So many bytes are here; once a second that tells a rate.
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
