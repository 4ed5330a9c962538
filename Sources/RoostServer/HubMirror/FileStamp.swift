import Foundation
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif
// On Linux the compiler attributes `timespec`, which several module maps contain, to Dispatch when another file imports
// Foundation.
#if canImport(CDispatch)
    import CDispatch
#endif

/// The attributes of a file that are available without reading it. While the stamp is the same, so is the content.
struct FileStamp: Sendable, Hashable, Codable {
    /// The size in bytes.
    let size: Int64
    /// The last modification in nanoseconds since 1970.
    let modified: Int64
    /// The inode number; a file that was moved into place has another one.
    let inode: UInt64

    /// Creates the stamp of a regular file; `nil` for anything else.
    init?(_ stat: Stat) {
        guard stat.type == .regular else { return nil }
        self.size = stat.size
        self.modified = Int64(stat.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(stat.st_mtim.tv_nsec)
        self.inode = UInt64(stat.inode.rawValue)
    }

    /// The current time of the clock of `modified`.
    static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1e9) }
}
