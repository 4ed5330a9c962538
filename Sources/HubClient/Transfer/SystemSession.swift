import Foundation

/// One run of the operating system, from boot to shutdown. Within it, written bytes that were not flushed are still
/// present.
enum SystemSession {
    /// The current session; `nil` if the system does not provide an identifier.
    static let current: String? = {
        #if os(Linux)
            let file = FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id")
            return file.map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
        #else
            return nil
        #endif
    }()
}
