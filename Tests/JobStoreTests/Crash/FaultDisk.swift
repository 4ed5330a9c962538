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
            var environment = ["LD_PRELOAD": try Self.library.get().string, "FAULTDISK_ROOT": folder.string]
            environment["FAULTDISK_LOG"] = log?.string
            environment["FAULTDISK_FAULT"] = fault?.description
            environment["FAULTDISK_REPORT"] = report?.string
            // Under the address sanitizer: the disk may be loaded before its runtime.
            environment["ASAN_OPTIONS"] = "verify_asan_link_order=0:" + (ProcessInfo.processInfo.environment["ASAN_OPTIONS"] ?? "")
            return environment
        }
    }

    private static let home = Result { try TemporaryDirectory() }

    private static let library = Result { () throws -> FilePath in
        let library = try home.get().path.appending("faultdisk.so")
        let source = TestEnvironment.testFile("../CrashLab/faultdisk.c")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try compiler())
        process.arguments = ["-std=c17", "-O2", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-pthread", "-o", library.string, source.string]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Unusable(description: "\(source) does not compile; the compiler's words are above.") }
        return library
    }

    /// Clang comes with Swift; else the system's compiler.
    private static func compiler() throws -> String {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        for name in ["clang", "cc", "gcc"] {
            for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") { return "\(folder)/\(name)" }
        }
        throw Unusable(description: "There is no C compiler on PATH; Swift's toolchain has one, clang.")
    }

    struct Unusable: Error, CustomStringConvertible { let description: String }
}
