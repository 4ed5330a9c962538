import Logging
import RoostCore
import SystemPackage

extension HubCache {
    /// Runs `work` while this process alone may touch a blob: the lock is the one `huggingface_hub` takes, so Python processes wait too.
    ///
    /// - Parameters:
    ///   - digest: Which blob.
    ///   - repository: Whose.
    ///   - clock: What the waiting goes by.
    ///   - logger: Is told when the wait begins.
    ///   - work: What to do under the lock.
    /// - Returns: What `work` returns.
    /// - Throws: `RoostError` with code `fileSystem`; `CancellationError`, also while waiting; what `work` throws.
    func withLock<Result>(
        _ digest: ContentDigest, of repository: RepositoryID, clock: any Clock<Duration>, logger: Logger,
        _ work: () async throws -> Result
    ) async throws -> Result {
        try await FileLock(lockFile(digest, of: repository)).holding(clock: clock, logger: logger, work)
    }

    /// Runs `work` under a blob's lock, unless another process, or another part of this one, has it.
    ///
    /// - Parameters:
    ///   - name: The blob's name.
    ///   - repository: Whose.
    ///   - work: What to do under the lock.
    /// - Returns: What `work` returns; `nil` when the lock is taken.
    /// - Throws: `RoostError` with code `fileSystem`; what `work` throws.
    func withLockIfFree<Result>(blob name: String, of repository: RepositoryID, _ work: () throws -> Result) throws -> Result? {
        try withLockIfFree(at: lockFile(blob: name, of: repository), work)
    }

    /// Runs `work` under a lock file, unless somebody has it.
    func withLockIfFree<Result>(at path: FilePath, _ work: () throws -> Result) throws -> Result? {
        try FileLock(path).holdingIfFree(work)
    }

    /// Whether somebody holds a blob's lock. Asking makes no lock file.
    func isLocked(blob name: String, of repository: RepositoryID) throws -> Bool {
        try FileLock(lockFile(blob: name, of: repository)).isHeld()
    }

    /// Whether somebody holds the lock of any blob of a repository, and so is fetching it.
    func isBeingFetched(_ repository: RepositoryID) throws -> Bool {
        let suffix = ".lock"
        return try FileSystem.names(in: locksFolder(repository)).contains { name in
            try name.hasSuffix(suffix) && isLocked(blob: String(name.dropLast(suffix.count)), of: repository)
        }
    }
}
