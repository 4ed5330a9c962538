import HubClient
import RoostCore
import Synchronization
import SystemPackage

/// A file on its way into the cache, or one that is there and is being verified, for all who wait for its bytes.
///
/// What is told is sent at once; but the last bytes only when the digest of the whole file is right. When bytes turn out wrong that may have
/// been sent, everybody who follows is cut off, so that nobody gets a whole wrong file.
final class MirrorArrival: Sendable {
    private struct State {
        var file: OpenFile?
        /// Bytes from the beginning that may be sent.
        var end: Int64 = 0
        /// Counts how often bytes turned out wrong.
        var generation = 0
        var outcome: Result<Void, any Error>?
        var waiting: [Int: WakeSignal] = [:]
        var nextID = 0
    }

    let file: RepositoryFile
    let revision: ResolvedRevision
    private let state = Mutex(State())

    init(_ file: RepositoryFile, in revision: ResolvedRevision) {
        self.file = file
        self.revision = revision
    }

    /// Whether it ended without the file.
    var hasFailed: Bool { state.withLock { if case .failure = $0.outcome { true } else { false } } }

    /// Whether bytes that may have been sent turned out wrong.
    var isSpoilt: Bool { state.withLock { $0.generation > 0 } }

    /// The beginning of the file is here; all of it only when it is verified.
    ///
    /// - Parameters:
    ///   - end: How many bytes; fewer than before when some were wrong.
    ///   - path: Where.
    func tell(_ end: Int64, at path: FilePath) {
        wake { state in
            if end < state.end {
                state.generation += 1
                state.file = nil
            }
            // Opened once: the file keeps its content when it gets its final name. One that is gone already is opened at the end.
            if state.file == nil { state.file = try? OpenFile(path: path) }
            state.end = end
        }
    }

    /// The file is here, whole and verified.
    func finish(with file: OpenFile) {
        wake { state in
            if state.file == nil { state.file = file }
            state.end = self.file.size
            state.outcome = .success(())
        }
    }

    /// The file does not come.
    ///
    /// - Parameters:
    ///   - error: Why.
    ///   - isSpoilt: Whether bytes that were told are wrong.
    func fail(_ error: any Error, isSpoilt: Bool) {
        wake { state in
            if isSpoilt { state.generation += 1 }
            state.outcome = .failure(error)
        }
    }

    /// Waits for bytes.
    ///
    /// - Parameters:
    ///   - offset: Where the first of them is.
    ///   - generation: What `begin` said.
    /// - Returns: The file, and how far it may be sent; beyond the offset.
    /// - Throws: What the arrival ended with; `MirrorError` when earlier bytes were wrong; `CancellationError`.
    func bytes(from offset: Int64, generation: Int) async throws -> (file: OpenFile, end: Int64) {
        try await waiting { state in
            guard state.generation == generation else { throw MirrorError.spoilt }
            if let file = state.file, state.end > offset { return (file, state.end) }
            try state.outcome?.get()
            return nil
        }
    }

    /// Waits until there is something to send, or until it can be told that there will be nothing. A file that is long in coming is waited for
    /// by its body, since clients want to see an answer.
    ///
    /// - Parameter pause: The longest wait.
    /// - Returns: Names the bytes that are told from here on.
    /// - Throws: What the arrival ended with; `CancellationError`.
    func begin(atMost pause: Duration) async throws -> Int {
        let deadline = ContinuousClock.now + pause
        return try await waiting(until: deadline) { state in
            if state.end == 0, self.file.size > 0 { try state.outcome?.get() }
            return state.end > 0 || state.outcome != nil || ContinuousClock.now >= deadline ? state.generation : nil
        }
    }

    private func waiting<Value>(until deadline: ContinuousClock.Instant? = nil, _ look: (State) throws -> Value?) async throws -> Value {
        let signal = WakeSignal()
        let id = state.withLock { state in
            state.nextID += 1
            state.waiting[state.nextID] = signal
            return state.nextID
        }
        defer { _ = state.withLock { $0.waiting.removeValue(forKey: id) } }
        while true {
            if let value = try look(state.withLock { $0 }) { return value }
            try Task.checkCancellation()
            if let deadline { await signal.wait(atMost: deadline - .now) } else { await signal.next() }
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let signals = state.withLock { state in
            change(&state)
            return Array(state.waiting.values)
        }
        for signal in signals { signal.signal() }
    }
}
