import Foundation
package import SystemPackage

// This stands in a target that does not import NIO, because the compiler attributes the fields of `timespec` to any of
// the modules that contain the structure.
extension Stat {
    /// The time of the last write in nanoseconds since 1970.
    package var modifiedNanoseconds: Int64 { Int64(st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(st_mtim.tv_nsec) }

    /// The time of the last change of the content, the permissions or the owner, in nanoseconds since 1970.
    package var changedNanoseconds: Int64 { Int64(st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(st_ctim.tv_nsec) }
}
