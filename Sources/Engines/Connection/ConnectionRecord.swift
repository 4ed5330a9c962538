import Synchronization

/// Records what became of a request to an engine.
final class ConnectionRecord: Sendable {
    private let state = Mutex((isBroken: false, status: Int?.none))

    /// Whether a connection broke, so that the supervisor has to check the engine before the next request.
    var isBroken: Bool { state.withLock { $0.isBroken } }

    /// The HTTP status of the last answer; `nil` before its head has come.
    var status: Int? { state.withLock { $0.status } }

    /// Records that a connection broke.
    func broke() { state.withLock { $0.isBroken = true } }

    /// Records the HTTP status of an answer.
    func answered(_ status: Int) { state.withLock { $0.status = status } }
}
