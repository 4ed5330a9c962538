import Foundation
import SystemPackage
import TestSupport

#if canImport(Glibc)
    import Glibc
#endif

/// `Tests/CrashLab/faultdisk.c`, compiled once for each run of the tests, and the ways to set it up.
struct FaultDisk {
    /// Which call fails, and how.
    struct Fault: CustomStringConvertible {
        /// The kinds of calls that can fail.
        enum Kind: String, CaseIterable { case write, sync, truncate, open, unlink, rename }
        /// What happens then.
        enum Effect: String { case ioError = "EIO", noSpace = "ENOSPC", kill = "KILL" }

        var kind: Kind
        /// Counted from 1.
        var number: Int
        var effect: Effect
        /// Whether all later calls fail too.
        var isPersistent = false

        var description: String { "\(kind.rawValue):\(number):\(effect.rawValue)\(isPersistent ? ":persistent" : "")" }
    }

    /// Whether this system lets a library take the place of libc's functions in another program. Under the thread sanitizer it does, but that one
    /// does not see the locks of Swift's `Mutex` on Linux: it reports every use of one, and ends the process with a status of its own.
    static var isSupported: Bool {
        #if os(Linux)
            dlsym(nil, "__tsan_init") == nil
        #else
            false
        #endif
    }

    /// The calls below this folder are watched.
    var folder: FilePath
    /// Where they are written down.
    var log: FilePath?
    var fault: Fault?
    /// Gets a line when the fault strikes.
    var report: FilePath?

    /// What a process needs in its environment.
    var environment: [String: String] {
        get throws {
            var environment = ["LD_PRELOAD": try Self.library.get().path.string, "FAULTDISK_ROOT": folder.string]
            environment["FAULTDISK_LOG"] = log?.string
            environment["FAULTDISK_FAULT"] = fault?.description
            environment["FAULTDISK_REPORT"] = report?.string
            // Under the address sanitizer: the disk may be loaded before its runtime.
            environment["ASAN_OPTIONS"] = "verify_asan_link_order=0:" + (ProcessInfo.processInfo.environment["ASAN_OPTIONS"] ?? "")
            return environment
        }
    }

    private static let library = Result { try PreloadLibrary("faultdisk") }
}
