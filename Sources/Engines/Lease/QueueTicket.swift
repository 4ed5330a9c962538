package import RoostCore
import Synchronization

/// The place of a request in the queue of its engine, for the client.
package final class QueueTicket: Sendable {
    private struct State {
        var request: (model: ModelReference, lease: Int, since: Duration)?
        var position: Int?
    }

    private let state = Mutex(State())

    /// Creates the ticket of a request that does not wait.
    package init() {}

    /// The number of requests that were to start before this one when it came, plus one; `nil` if it did not wait.
    package var position: Int? { state.withLock { $0.position } }

    /// The model that was asked for, the number of the lease, and the time at which it was asked for; `nil` before.
    var request: (model: ModelReference, lease: Int, since: Duration)? { state.withLock { $0.request } }

    /// Records that an engine was asked for.
    func began(_ model: ModelReference, lease: Int, at now: Duration) { state.withLock { $0.request = (model, lease, now) } }

    /// Records the position at the arrival; a later one is ignored.
    func note(_ position: Int?) { state.withLock { $0.position = $0.position ?? position } }
}
