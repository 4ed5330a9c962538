import JobStore
import Synchronization

/// A client that watches a job, the jobs of a user, or all jobs.
final class JobWatcher: Sendable {
    /// The most pieces that may wait for a slow client.
    private static let backlog = 1024
    /// The number of waiting pieces from which on a client gets no progress until it has caught up.
    private static let slow = 4

    /// The jobs that it watches.
    let scope: JobScope
    /// Whether the client may still see the jobs: its key can be revoked meanwhile.
    let isAllowed: @Sendable () -> Bool
    /// The pieces for the client. They end when the client is too slow or has disconnected, or the server stops.
    let frames: AsyncStream<JobFrame>
    private let source: AsyncStream<JobFrame>.Continuation
    private let waiting = Atomic<Int>(0)
    private let ended = Atomic<Bool>(false)

    /// Creates a watcher without any pieces.
    init(scope: JobScope, isAllowed: @escaping @Sendable () -> Bool = { true }) {
        self.scope = scope
        self.isAllowed = isAllowed
        (frames, source) = AsyncStream.makeStream(of: JobFrame.self, bufferingPolicy: .bufferingOldest(Self.backlog))
    }

    /// Whether the stream has ended.
    var hasEnded: Bool { ended.load(ordering: .acquiring) }

    /// Adds a piece. A client that would miss an event is disconnected: it can reconnect with the number of its last
    /// event.
    func send(_ frame: JobFrame) {
        if case .passing = frame, waiting.load(ordering: .relaxed) >= Self.slow { return }
        waiting.add(1, ordering: .relaxed)
        if case .dropped = source.yield(frame) { end() }
    }

    /// Has to be called for each piece that was read from `frames`.
    func consumed() { waiting.subtract(1, ordering: .relaxed) }

    /// Ends the stream after the waiting pieces.
    func end() {
        ended.store(true, ordering: .releasing)
        source.finish()
    }
}
