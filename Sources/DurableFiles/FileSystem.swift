import Foundation
import RoostCore
package import SystemPackage

/// File system functions that SystemPackage does not have. All throw `RoostError` with code `fileSystem` or
/// `insufficientSpace`; its cause is the `Errno`.
package enum FileSystem {
    /// Runs a file operation and converts its error into a sentence.
    package static func attempt<Result>(_ action: String, _ path: FilePath, _ work: () throws -> Result) throws -> Result {
        do {
            return try work()
        } catch let failure as Errno {
            throw failure.error(action, path)
        }
    }

    /// Runs a system call that returns 0 or sets `errno`, again while a signal interrupts it.
    package static func call(_ action: String, _ path: FilePath, _ systemCall: () -> CInt) throws {
        while systemCall() != 0 {
            let failure = Errno(rawValue: errno)
            if failure != .interrupted { throw failure.error(action, path) }
        }
    }
}
