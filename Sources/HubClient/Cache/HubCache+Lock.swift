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
        try FileSystem.makeFolder(path.removingLastComponent())
        let descriptor = try FileSystem.attempt("open the lock", path) {
            try FileDescriptor.open(
                path, .readWrite, options: [.create, .noFollow, .closeOnExec], permissions: FilePermissions(rawValue: 0o664))
        }
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

    private func tryLock(_ descriptor: FileDescriptor, _ path: FilePath, _ logger: Logger) throws -> Bool {
        while flock(descriptor.rawValue, LOCK_EX | LOCK_NB) != 0 {
            let failure = Errno(rawValue: errno)
            if failure == .wouldBlock || failure == .resourceTemporarilyUnavailable { return false }
            if failure == .noFunction || failure == .notSupported {
                // Some network file systems cannot lock. Two writers can then spoil a partial file, which its digest will tell.
                logger.warning("this file system has no locks; going on without", metadata: ["lock": "\(path)"])
                return true
            }
            if failure != .interrupted { try FileSystem.attempt("lock", path) { throw failure } }
        }
        return true
    }
}
