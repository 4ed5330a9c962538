package import RoostCore
import Synchronization

/// The place of a request in the queue of its engine, for the client.
package final class QueueTicket: Sendable {
    private struct State {
        var request: (model: ModelReference, lease: Int, since: Duration)?
        var lookup: Int?
        var place: (position: Int, time: Duration?)?
    }

    private let state = Mutex(State())

    /// Creates the ticket of a request that does not wait.
    package init() {}

    /// The number of requests that were to start before this one when it came, plus one; `nil` if it did not wait.
    package var position: Int? { state.withLock { $0.place?.position } }

    /// The time until its start, as it was estimated when it came; `nil` if it did not wait, or before an earlier request
    /// has shown how long one takes.
    package var estimatedWait: Duration? { state.withLock { $0.place?.time } }

    /// The model that was asked for, the number of the lease, and the time at which it was asked for; `nil` before.
    var request: (model: ModelReference, lease: Int, since: Duration)? { state.withLock { $0.request } }

    /// The number of its last lookup; `nil` if it had none.
    var lookup: Int? { state.withLock { $0.lookup } }

    /// Records that an engine looks something up for it, or will.
    func looksUp(_ lookup: Int) { state.withLock { $0.lookup = lookup } }

    /// Records that an engine was asked for.
    func began(_ model: ModelReference, lease: Int, at now: Duration) { state.withLock { $0.request = (model, lease, now) } }

    /// Records the position at the arrival, and the estimated time until its start; later ones are ignored.
    func note(_ position: Int?, time: Duration?) { state.withLock { $0.place = $0.place ?? position.map { ($0, time) } } }
}
