import Foundation
import RoostCore
package import SystemPackage

extension FileSystem {
    /// Takes the lock of an open file without waiting. The system releases it when the file is closed, also at the end
    /// of the process.
    ///
    /// - Parameters:
    ///   - descriptor: The file.
    ///   - path: The path that an error names.
    ///   - shared: Whether others may hold the lock in the same way.
    /// - Returns: Whether the lock is taken; `false` if it is held elsewhere.
    /// - Throws: `RoostError` with code `fileSystem`, also if the file system has no locks.
    package static func lock(_ descriptor: FileDescriptor, _ path: FilePath, shared: Bool = false) throws -> Bool {
        do {
            try call("lock", path) { flock(descriptor.rawValue, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) }
            return true
        } catch let error as RoostError where [.wouldBlock, .resourceTemporarilyUnavailable].contains(error.cause as? Errno) {
            return false
        }
    }
}
