import Foundation
package import Logging
package import RoostCore
package import SystemPackage

/// A lock between processes: `flock` on a file. The file is never deleted, because two processes could then hold two
/// locks with the same name.
package struct FileLock: Sendable, Hashable {
    private let path: FilePath

    /// Creates a reference to the lock, without creating the file.
    ///
    /// - Parameter path: The lock's file; its folder is created when needed.
    package init(_ path: FilePath) { self.path = path }

    /// Waits for the lock and runs `work` while holding it.
    ///
    /// - Parameters:
    ///   - time: The time for waiting.
    ///   - logger: The logger, with one line when the wait begins.
    ///   - work: The work to do while holding the lock.
    /// - Returns: The result of `work`.
    /// - Throws: `RoostError` with code `fileSystem`; `CancellationError`, also while waiting; the errors of `work`.
    package func holding<Result>(time: TimeSource, logger: Logger, _ work: () async throws -> Result) async throws -> Result {
        let descriptor = try open()
        // Closing releases the lock.
        defer { try? descriptor.close() }
        var isFirst = true
        while try !take(descriptor, logger) {
            if isFirst { logger.info("another process works on this file; waiting", metadata: ["lock": "\(path)"]) }
            isFirst = false
            try await time.sleep(.milliseconds(200))
        }
        return try await work()
    }

    /// Runs `work` while holding the lock, unless another process or another part of this one holds it. Blocks its
    /// thread for up to 2 ms, and for the file system: call it on a thread for disk work.
    ///
    /// - Parameter work: The work to do while holding the lock.
    /// - Returns: The result of `work`; `nil` if the lock is held.
    /// - Throws: `RoostError` with code `fileSystem`; the errors of `work`.
    package func holdingIfFree<Result>(_ work: () throws -> Result) throws -> Result? {
        let descriptor = try open()
        defer { try? descriptor.close() }
        for look in 0..<Self.looks {
            if try take(descriptor, nil) { return try work() }
            // A process that only tests the lock holds it for some microseconds. This function cannot suspend, because
            // `work` must not.
            if look + 1 < Self.looks { usleep(1000) }
        }
        return nil
    }

    private static let looks = 3

    /// Whether the lock is held. The test creates no file, and two simultaneous tests do not affect each other.
    ///
    /// - Returns: Whether it is held; `false` if this user may not read the file.
    /// - Throws: `RoostError` with code `fileSystem`.
    package func isHeld() throws -> Bool {
        guard let descriptor = try? FileDescriptor.open(path, .readOnly, options: [.noFollow, .closeOnExec, .nonBlocking]) else { return false }
        defer { try? descriptor.close() }
        return try !take(descriptor, nil, shared: true)
    }

    private func open() throws -> FileDescriptor {
        try FileSystem.makeFolder(path.removingLastComponent())
        return try FileSystem.attempt("open the lock", path) {
            try FileDescriptor.open(
                path, .readWrite, options: [.create, .noFollow, .closeOnExec], permissions: FilePermissions(rawValue: 0o664))
        }
    }

    private func take(_ descriptor: FileDescriptor, _ logger: Logger?, shared: Bool = false) throws -> Bool {
        do {
            return try FileSystem.lock(descriptor, path, shared: shared)
        } catch let error as RoostError where (error.cause as? Errno)?.meansNoLocks == true {
            // Two writers can now damage a partial file, which its digest detects.
            logger?.warning("this file system has no locks; going on without", metadata: ["lock": "\(path)"])
            return true
        }
    }
}
