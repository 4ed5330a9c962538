import Synchronization

/// The place of a request in the queue of its engine, for the client.
package final class QueueTicket: Sendable {
    private let first = Mutex<Int?>(nil)

    /// Creates the ticket of a request that does not wait.
    package init() {}

    /// The number of requests that were to start before this one when it came, plus one; `nil` if it did not wait.
    package var position: Int? { first.withLock { $0 } }

    /// Records the position at the arrival; a later one is ignored.
    func note(_ position: Int?) { first.withLock { $0 = $0 ?? position } }
}
