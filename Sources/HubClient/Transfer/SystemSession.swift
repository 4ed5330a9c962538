import Foundation

/// One run of the operating system, from its start to its end: what a process wrote and nobody flushed is still there within it.
enum SystemSession {
    /// The present one; `nil` where the system does not tell.
    static let current: String? = {
        #if os(Linux)
            let file = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id")
            return file.map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
        #else
            return nil
        #endif
    }()
}
