import DurableFiles
package import RoostCore
package import SystemPackage

/// The limit for filling the disk, and the functions that measure its free space.
package struct DiskSpace: Sendable {
    /// The bytes to keep free for other programs; `nil` for a twentieth of the file system, but at most one GiB.
    package var reserve: Int64?
    /// Returns the free bytes of the file system of a folder.
    package var freeBytes: @Sendable (FilePath) throws -> Int64
    /// Returns the size of the file system of a folder.
    package var totalBytes: @Sendable (FilePath) throws -> Int64
    /// Reserves the blocks of a part of a file, if the file system supports it. Returns the error if it failed.
    package var allocate: @Sendable (FileDescriptor, Range<Int64>) -> Errno?

    /// Creates a limit. Tests replace the functions.
    package init(
        reserve: Int64? = nil, freeBytes: @escaping @Sendable (FilePath) throws -> Int64 = FileSystem.freeBytes,
        totalBytes: @escaping @Sendable (FilePath) throws -> Int64 = FileSystem.totalBytes,
        allocate: @escaping @Sendable (FileDescriptor, Range<Int64>) -> Errno? = FileSystem.allocate
    ) {
        self.reserve = reserve
        self.freeBytes = freeBytes
        self.totalBytes = totalBytes
        self.allocate = allocate
    }

    /// The bytes to keep free on the file system of a folder.
    package func reserve(in folder: FilePath) throws -> Int64 { try reserve ?? min(1 << 30, totalBytes(folder) / 20) }

    /// The bytes that may still be written below a folder.
    package func usableBytes(in folder: FilePath) throws -> Int64 { max(0, try freeBytes(folder) - reserve(in: folder)) }

    /// Checks whether there is room for a file.
    ///
    /// - Parameters:
    ///   - needed: The bytes that are not reserved on the disk yet.
    ///   - folder: The folder of the file.
    ///   - name: The file's name for the message.
    /// - Throws: `RoostError` with code `insufficientSpace`.
    package func require(_ needed: Int64, in folder: FilePath, for name: String) throws {
        guard needed > 0 else { return }
        let reserve = try reserve(in: folder)
        let missing = needed + reserve - (try freeBytes(folder))
        guard missing <= 0 else { throw Self.full(missing: missing, needed: needed, reserve: reserve, folder: folder, name: name) }
    }

    /// The error for a disk that became full while a file was written.
    package func filledUp(needed: Int64, in folder: FilePath, name: String, cause: any Error) -> RoostError {
        // The free space is only informational: the write has already failed.
        let free = (try? freeBytes(folder)) ?? 0
        let reserve = (try? reserve(in: folder)) ?? 0
        return Self.full(missing: max(needed + reserve - free, 1), needed: needed, reserve: reserve, folder: folder, name: name, cause: cause)
    }

    private static func full(
        missing: Int64, needed: Int64, reserve: Int64, folder: FilePath, name: String, cause: (any Error)? = nil
    ) -> RoostError {
        RoostError(
            .insufficientSpace,
            "\(missing) bytes (\(ByteCount(missing))) are missing in \(folder): \(name) needs \(ByteCount(needed)) more, and \(ByteCount(reserve)) stay free. Free some space, or set HF_HUB_CACHE to a folder on a larger disk.",
            cause: cause)
    }
}
