import Synchronization

/// One client that follows a job, or all jobs.
final class JobWatcher: Sendable {
    /// How many pieces may wait for a client that reads slowly.
    private static let backlog = 1024
    /// Who has as many pieces waiting gets no progress until it has caught up.
    private static let slow = 4

    /// The job; `nil` for all jobs.
    let jobID: String?
    /// What the client gets. It ends when the client is too slow, has left, or the server stops.
    let frames: AsyncStream<JobFrame>
    private let source: AsyncStream<JobFrame>.Continuation
    private let waiting = Atomic<Int>(0)
    private let ended = Atomic<Bool>(false)

    /// Makes a watcher that nobody tells anything yet.
    ///
    /// - Parameter jobID: The job; `nil` for all jobs.
    init(jobID: String?) {
        self.jobID = jobID
        (frames, source) = AsyncStream.makeStream(of: JobFrame.self, bufferingPolicy: .bufferingOldest(Self.backlog))
    }

    /// Whether the stream was ended.
    var hasEnded: Bool { ended.load(ordering: .acquiring) }

    /// Passes a piece on. A client that would miss an event is let go: it comes back with the number of the last one it has.
    func send(_ frame: JobFrame) {
        if case .passing = frame, waiting.load(ordering: .relaxed) >= Self.slow { return }
        waiting.add(1, ordering: .relaxed)
        if case .dropped = source.yield(frame) { end() }
    }

    /// To be called for each piece taken from `frames`.
    func took() { waiting.subtract(1, ordering: .relaxed) }

    /// Ends the stream after what waits in it.
    func end() {
        ended.store(true, ordering: .releasing)
        source.finish()
    }
}
