import Synchronization

/// Remembers that a connection broke, so that the supervisor checks the engine before it hands it out again.
final class ConnectionFailure: Sendable {
    private let happened = Atomic(false)

    /// Whether a connection broke.
    var hasHappened: Bool { happened.load(ordering: .relaxed) }

    /// A connection broke.
    func note() { happened.store(true, ordering: .relaxed) }
}
