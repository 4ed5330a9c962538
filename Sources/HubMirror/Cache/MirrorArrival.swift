import HubClient
import RoostCore
import SystemPackage

/// A file that is being fetched into the cache, or verified there, for all clients that wait for its bytes.
///
/// Bytes are sent as soon as they arrive, but the last one only when the digest of the whole file is correct and its stamp is
/// taken: a client that has the whole file may change it, and those bytes must not count as the verified ones. When
/// bytes that may have been sent turn out to be wrong, all connections for the file are closed, so that no client gets
/// a complete wrong file.
final class MirrorArrival: Sendable {
    private struct State {
        var file: OpenFile?
        /// The number of bytes from the start of the file that may be sent.
        var end: Int64 = 0
        /// The number of times that bytes turned out to be wrong.
        var generation = 0
        var outcome: Result<Void, any Error>?
    }

    let file: RepositoryFile
    let revision: ResolvedRevision
    private let state = WatchedState(State())

    init(_ file: RepositoryFile, in revision: ResolvedRevision) {
        self.file = file
        self.revision = revision
    }

    /// Whether bytes that may have been sent turned out to be wrong.
    var isDamaged: Bool { state.current.generation > 0 }

    /// Reports the start of the file that may be sent, apart from its last byte.
    ///
    /// - Parameters:
    ///   - end: The number of bytes; fewer than before when some were wrong.
    ///   - path: The path of the file.
    func report(_ end: Int64, at path: FilePath) {
        let end = min(end, file.size - 1)
        state.change { state in
            if end < state.end {
                state.generation += 1
                state.file = nil
            }
            // The file is opened once, since it keeps its content when it gets its final name. One that is already gone
            // is opened at the end. A file of which nothing may be sent is not opened: a damaged one is replaced.
            if end > 0, state.file == nil { state.file = try? OpenFile(path: path) }
            state.end = end
        }
    }

    /// Reports that the file is complete and verified.
    func finish(with file: OpenFile) {
        state.change { state in
            state.file = file
            state.end = self.file.size
            state.outcome = .success(())
        }
    }

    /// Reports that the file could not be fetched.
    ///
    /// - Parameters:
    ///   - error: The reason.
    ///   - isDamaged: Whether the received bytes are wrong. This matters only when some were reported.
    func fail(_ error: any Error, isDamaged: Bool) {
        state.change { state in
            if isDamaged, state.end > 0 { state.generation += 1 }
            state.outcome = .failure(error)
        }
    }

    /// Waits for bytes.
    ///
    /// - Parameters:
    ///   - offset: The offset of the first byte.
    ///   - generation: The result of `begin`.
    /// - Returns: The file, and the end of the bytes that may be sent, which is beyond the offset.
    /// - Throws: The error that ended the arrival; `MirrorError` when earlier bytes were wrong; `CancellationError`.
    func bytes(from offset: Int64, generation: Int) async throws -> (file: OpenFile, end: Int64) {
        try await state.wait { state in
            guard state.generation == generation else { throw MirrorError.spoilt }
            if let file = state.file, state.end > offset { return (file, state.end) }
            try state.outcome?.get()
            return nil
        }
    }

    /// Waits until there are bytes to send, or an error. The pause is limited, because clients need the head of an
    /// answer soon; the body then waits for the bytes.
    ///
    /// - Parameter pause: The longest time to wait.
    /// - Returns: The generation of the bytes reported from now on.
    /// - Throws: The error that ended the arrival; `CancellationError`.
    func begin(atMost pause: Duration) async throws -> Int {
        let deadline = ContinuousClock.now + pause
        return try await state.wait(until: deadline) { state in
            if state.end == 0, self.file.size > 0 { try state.outcome?.get() }
            return state.end > 0 || state.outcome != nil || ContinuousClock.now >= deadline ? state.generation : nil
        }
    }
}
