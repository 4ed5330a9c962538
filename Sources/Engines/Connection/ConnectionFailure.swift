import Synchronization

/// Records that a connection broke, so that the supervisor checks the engine before the next request.
final class ConnectionFailure: Sendable {
    private let happened = Atomic(false)

    /// Whether the connection broke.
    var hasHappened: Bool { happened.load(ordering: .relaxed) }

    /// Records that the connection broke.
    func note() { happened.store(true, ordering: .relaxed) }
}
