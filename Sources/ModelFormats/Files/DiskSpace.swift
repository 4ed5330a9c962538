import DurableFiles
import RoostCore
import SystemPackage

/// The free space of a disk.
enum DiskSpace {
    /// Checks that there is room for a file.
    ///
    /// - Parameters:
    ///   - byteCount: The number of bytes to write.
    ///   - path: The file.
    /// - Throws: `RoostError` with code `insufficientSpace`. If the free space is unknown, nothing is thrown.
    static func check(for byteCount: Int64, at path: FilePath) throws {
        guard let free = try? FileSystem.freeBytes(path.folder), free < byteCount else { return }
        throw RoostError(
            .insufficientSpace,
            "There is no room for \(path.string.quotedForPeople): \(ByteCount(byteCount - free)) are missing on its disk. Free space and try again.")
    }
}
