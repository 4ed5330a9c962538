package import Logging
import RoostCore
package import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A lock between processes: `flock` on a file. The file stays: deleting it would let two processes hold two locks of one name.
package struct FileLock: Sendable, Hashable {
    private let path: FilePath

    /// Names the lock; nothing is made yet.
    ///
    /// - Parameter path: The lock's file; its folder is made when needed.
    package init(_ path: FilePath) { self.path = path }

    /// Waits for the lock and runs `work` under it.
    ///
    /// - Parameters:
    ///   - clock: What the waiting goes by.
    ///   - logger: Is told when the wait begins.
    ///   - work: What to do under the lock.
    /// - Returns: What `work` returns.
    /// - Throws: `RoostError` with code `fileSystem`; `CancellationError`, also while waiting; what `work` throws.
    package func holding<Result>(clock: any Clock<Duration>, logger: Logger, _ work: () async throws -> Result) async throws -> Result {
        let descriptor = try open()
        // Closing releases the lock.
        defer { try? descriptor.close() }
        var isFirst = true
        while try !take(descriptor, logger) {
            if isFirst { logger.info("another process works on this file; waiting", metadata: ["lock": "\(path)"]) }
            isFirst = false
            try await clock.sleep(for: .milliseconds(200))
        }
        return try await work()
    }

    /// Runs `work` under the lock, unless another process, or another part of this one, has it.
    ///
    /// - Parameter work: What to do under the lock.
    /// - Returns: What `work` returns; `nil` when the lock is taken.
    /// - Throws: `RoostError` with code `fileSystem`; what `work` throws.
    package func holdingIfFree<Result>(_ work: () throws -> Result) throws -> Result? {
        let descriptor = try open()
        defer { try? descriptor.close() }
        for look in 0..<Self.looks {
            if try take(descriptor, nil) { return try work() }
            // Who only asks has it for some microseconds.
            if look + 1 < Self.looks { usleep(1000) }
        }
        return nil
    }

    private static let looks = 3

    /// Whether somebody works under the lock. Asking makes no file, and two who ask at a time do not see each other.
    ///
    /// - Returns: Whether it is taken; not where nobody may read it.
    /// - Throws: `RoostError` with code `fileSystem`.
    package func isHeld() throws -> Bool {
        guard let descriptor = try? FileDescriptor.open(path, .readOnly, options: [.noFollow, .closeOnExec, .nonBlocking]) else { return false }
        defer { try? descriptor.close() }
        return try !take(descriptor, nil, LOCK_SH)
    }

    private func open() throws -> FileDescriptor {
        try FileSystem.makeFolder(path.removingLastComponent())
        return try FileSystem.attempt("open the lock", path) {
            try FileDescriptor.open(
                path, .readWrite, options: [.create, .noFollow, .closeOnExec], permissions: FilePermissions(rawValue: 0o664))
        }
    }

    private func take(_ descriptor: FileDescriptor, _ logger: Logger?, _ kind: CInt = LOCK_EX) throws -> Bool {
        while flock(descriptor.rawValue, kind | LOCK_NB) != 0 {
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
