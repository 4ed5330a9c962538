import Foundation
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif
// On Linux the compiler counts `timespec`, which more than one module map holds, as Dispatch's when another file imports Foundation.
#if canImport(CDispatch)
    import CDispatch
#endif

/// What can be seen of a file without reading it. While the stamp stays the same, so does the content.
struct FileStamp: Sendable, Hashable, Codable {
    /// Bytes.
    let size: Int64
    /// Last modification, nanoseconds since 1970.
    let modified: Int64
    /// The file's number in its file system: a file moved into place has another one.
    let inode: UInt64

    /// The stamp of a regular file; `nil` for anything else.
    init?(_ stat: Stat) {
        guard stat.type == .regular else { return nil }
        self.size = stat.size
        self.modified = Int64(stat.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(stat.st_mtim.tv_nsec)
        self.inode = UInt64(stat.inode.rawValue)
    }

    /// The clock that `modified` is read from.
    static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1e9) }
}
