import DurableFiles
import Logging
package import RoostCore
package import SystemPackage

extension HubCache {
    /// Runs `work` with exclusive access to a blob. The lock is the one that `huggingface_hub` uses, so Python
    /// processes wait too.
    ///
    /// - Parameters:
    ///   - digest: The digest of the blob.
    ///   - repository: The repository of the blob.
    ///   - time: The time for waiting.
    ///   - logger: The logger, with one line when the wait begins.
    ///   - work: The work to do while holding the lock.
    /// - Returns: The result of `work`.
    /// - Throws: `RoostError` with code `fileSystem`; `CancellationError`, also while waiting; the errors of `work`.
    func withLock<Result>(
        _ digest: ContentDigest, of repository: RepositoryID, time: TimeSource, logger: Logger,
        _ work: () async throws -> Result
    ) async throws -> Result {
        try await FileLock(lockFile(digest, of: repository)).holding(time: time, logger: logger, work)
    }

    /// Runs `work` while holding a blob's lock, unless another process or another part of this one holds it.
    ///
    /// - Parameters:
    ///   - name: The blob's name.
    ///   - repository: The repository of the blob.
    ///   - work: The work to do while holding the lock.
    /// - Returns: The result of `work`; `nil` if the lock is held.
    /// - Throws: `RoostError` with code `fileSystem`; the errors of `work`.
    package func withLockIfFree<Result>(blob name: String, of repository: RepositoryID, _ work: () throws -> Result) throws -> Result? {
        try withLockIfFree(at: lockFile(blob: name, of: repository), work)
    }

    /// Runs `work` while holding a lock file, unless the lock is held already.
    package func withLockIfFree<Result>(at path: FilePath, _ work: () throws -> Result) throws -> Result? {
        try FileLock(path).holdingIfFree(work)
    }

    /// Whether a blob's lock is held. The test creates no lock file.
    package func isLocked(blob name: String, of repository: RepositoryID) throws -> Bool {
        try FileLock(lockFile(blob: name, of: repository)).isHeld()
    }

    /// Whether the lock of any blob of a repository is held, which means that it is being downloaded.
    package func isBeingFetched(_ repository: RepositoryID) throws -> Bool {
        let suffix = ".lock"
        return try FileSystem.names(in: locksFolder(repository)).contains { name in
            try name.hasSuffix(suffix) && isLocked(blob: String(name.dropLast(suffix.count)), of: repository)
        }
    }
}
