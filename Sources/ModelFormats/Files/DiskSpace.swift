import RoostCore
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The free space of a disk.
enum DiskSpace {
    /// Checks that there is room for a file.
    ///
    /// - Parameters:
    ///   - byteCount: The number of bytes to write.
    ///   - path: The file.
    /// - Throws: `RoostError` with code `insufficientSpace`. If the free space is unknown, nothing is thrown.
    static func check(for byteCount: Int64, at path: FilePath) throws {
        var status = statvfs()
        guard path.removingLastComponent().withPlatformString({ statvfs($0, &status) }) == 0 else { return }
        let (free, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        guard !overflow, byteCount > 0, free < UInt64(byteCount) else { return }
        let missing = ByteCount(byteCount - Int64(free))
        throw RoostError(
            .insufficientSpace, "There is no room for \(path.string.quotedForPeople): \(missing) are missing on its disk. Free space and try again.")
    }
}
