import DurableFiles
import Foundation
import Hashing
import RoostCore
import Synchronization
import SystemPackage

/// A blob that arrives in pieces. It gets its name when its digest is right and it is on the disk; before, and after a
/// failure, it has none. Its methods block: call them on a thread for disk work, one after the other.
package final class OllamaBlobWriter: Sendable {
    private struct State {
        let descriptor: FileDescriptor
        var hash = SHA256()
        var isFinished = false
    }

    private let temporary: FilePath
    private let target: FilePath
    private let sha256: String
    private let state: Mutex<State>

    /// Begins a blob.
    ///
    /// - Parameters:
    ///   - store: The store.
    ///   - sha256: Its digest, 64 lower-case hexadecimal digits.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    package init(in store: OllamaStore, sha256: String) throws {
        self.sha256 = sha256
        let target = store.blob(sha256)
        let folder = target.removingLastComponent()
        let temporary = FileSystem.temporaryName(in: folder)
        try FileSystem.makePrivateFolder(folder)
        let descriptor = try FileSystem.attempt("write", target) {
            try FileDescriptor.open(
                temporary, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec], permissions: [.ownerReadWrite])
        }
        (self.target, self.temporary) = (target, temporary)
        state = Mutex(State(descriptor: descriptor))
    }

    /// Adds bytes.
    ///
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    package func write(_ bytes: some Collection<UInt8>) throws {
        try state.withLock { state in
            let (descriptor, target) = (state.descriptor, target)
            _ = try FileSystem.attempt("write", target) { try descriptor.writeAll(bytes) }
            state.hash.update(data: bytes)
        }
    }

    /// Ends the blob.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` when the bytes have another digest; `fileSystem` or
    ///   `insufficientSpace`.
    package func finish() throws {
        try state.withLock { state in
            let actual = state.hash.finalize().hexadecimal
            guard actual == sha256 else {
                throw RoostError(
                    .invalidRequest, "The bytes have the digest sha256:\(actual), and not sha256:\(sha256) as the path says; they were not kept.",
                    field: "digest")
            }
            try FileSystem.flush(state.descriptor, target)
            try FileSystem.move(temporary, to: target)
            state.isFinished = true
            try FileSystem.flushFolder(target.removingLastComponent())
        }
    }

    deinit {
        state.withLock { state in
            // The bytes are flushed, or not wanted.
            try? state.descriptor.close()
            if !state.isFinished { try? FileSystem.remove(temporary) }
        }
    }
}
