import Logging
import RoostCore
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

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
        let path = lockFile(digest, of: repository)
        let descriptor = try openLock(path)
        // Closing releases the lock. The file stays: deleting it would let two processes hold two locks of one name.
        defer { try? descriptor.close() }
        var isFirst = true
        while try !tryLock(descriptor, path, logger) {
            if isFirst { logger.info("another process works on this file; waiting", metadata: ["lock": "\(path)"]) }
            isFirst = false
            try await clock.sleep(for: .milliseconds(200))
        }
        return try await work()
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
        let descriptor = try openLock(path)
        defer { try? descriptor.close() }
        return try tryLock(descriptor, path, nil) ? try work() : nil
    }

    /// Whether somebody holds a blob's lock. Asking makes no lock file.
    func isLocked(blob name: String, of repository: RepositoryID) throws -> Bool {
        guard FileSystem.size(of: lockFile(blob: name, of: repository)) != nil else { return false }
        return try withLockIfFree(blob: name, of: repository) {} == nil
    }

    /// Whether somebody holds the lock of any blob of a repository, and so is fetching it.
    func isBeingFetched(_ repository: RepositoryID) throws -> Bool {
        let suffix = ".lock"
        return try FileSystem.names(in: locksFolder(repository)).contains { name in
            try name.hasSuffix(suffix) && isLocked(blob: String(name.dropLast(suffix.count)), of: repository)
        }
    }

    private func openLock(_ path: FilePath) throws -> FileDescriptor {
        try FileSystem.makeFolder(path.removingLastComponent())
        return try FileSystem.attempt("open the lock", path) {
            try FileDescriptor.open(
                path, .readWrite, options: [.create, .noFollow, .closeOnExec], permissions: FilePermissions(rawValue: 0o664))
        }
    }

    private func tryLock(_ descriptor: FileDescriptor, _ path: FilePath, _ logger: Logger?) throws -> Bool {
        while flock(descriptor.rawValue, LOCK_EX | LOCK_NB) != 0 {
            let failure = Errno(rawValue: errno)
            if failure == .wouldBlock || failure == .resourceTemporarilyUnavailable { return false }
            if failure == .noFunction || failure == .notSupported {
                // Some network file systems cannot lock. Two writers can then spoil a partial file, which its digest will tell.
                logger?.warning("this file system has no locks; going on without", metadata: ["lock": "\(path)"])
                return true
            }
            if failure != .interrupted { try FileSystem.attempt("lock", path) { throw failure } }
        }
        return true
    }
}
