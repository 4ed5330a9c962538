import Foundation
import RoostCore
import SystemPackage

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
        self.modified = stat.modifiedNanoseconds
        self.inode = UInt64(stat.inode.rawValue)
    }

    /// The current time of the clock of `modified`.
    static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1e9) }
}
