import Foundation
public import SystemPackage

#if canImport(Glibc)
    import Glibc
#endif

/// `Tests/CrashLab/faultdisk.c`, compiled once for each run of the tests, and the ways to set it up.
public struct FaultDisk: Sendable {
    /// Which call fails, and how.
    public struct Fault: CustomStringConvertible, Sendable {
        /// The kinds of calls that can fail.
        public enum Kind: String, CaseIterable, Sendable {
            /// One of libc's functions of about this name.
            case write, sync, truncate, open, unlink, rename
        }
        /// What happens then.
        public enum Effect: String, Sendable {
            /// The call fails, or the process ends.
            case ioError = "EIO", noSpace = "ENOSPC", kill = "KILL"
        }

        /// Which calls are counted.
        public var kind: Kind
        /// Counted from 1.
        public var number: Int
        /// What happens.
        public var effect: Effect
        /// Whether all later calls fail too.
        public var isPersistent: Bool

        /// Makes a fault.
        ///
        /// - Parameters:
        ///   - kind: Which calls are counted.
        ///   - number: The call that fails, counted from 1.
        ///   - effect: What happens.
        ///   - isPersistent: Whether all later calls fail too.
        public init(kind: Kind, number: Int, effect: Effect, isPersistent: Bool = false) {
            self.kind = kind
            self.number = number
            self.effect = effect
            self.isPersistent = isPersistent
        }

        /// As the library reads it.
        public var description: String { "\(kind.rawValue):\(number):\(effect.rawValue)\(isPersistent ? ":persistent" : "")" }
    }

    /// Whether this system lets a library take the place of libc's functions in another program. Under the thread sanitizer it does, but that one
    /// does not see the locks of Swift's `Mutex` on Linux: it reports every use of one, and ends the process with a status of its own.
    public static var isSupported: Bool {
        #if os(Linux)
            dlsym(nil, "__tsan_init") == nil
        #else
            false
        #endif
    }

    /// The calls below this folder are watched.
    public var folder: FilePath
    /// Where they are written down.
    public var log: FilePath?
    /// What fails.
    public var fault: Fault?
    /// Gets a line when the fault strikes.
    public var report: FilePath?

    /// Sets a disk up.
    ///
    /// - Parameters:
    ///   - folder: The calls below this folder are watched.
    ///   - log: Where they are written down.
    ///   - fault: What fails.
    ///   - report: Gets a line when the fault strikes.
    public init(folder: FilePath, log: FilePath? = nil, fault: Fault? = nil, report: FilePath? = nil) {
        self.folder = folder
        self.log = log
        self.fault = fault
        self.report = report
    }

    /// What a process needs in its environment.
    public var environment: [String: String] {
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
