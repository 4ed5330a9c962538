import RoostCore
import SystemPackage

/// How full the disk may get, and how its free bytes are found out.
struct DiskSpace: Sendable {
    /// Bytes that stay free, for everybody else on the machine.
    var reserve: Int64 = 64 << 20
    /// The free bytes of the file system that holds a folder.
    var freeBytes: @Sendable (FilePath) throws -> Int64 = FileSystem.freeBytes

    /// Checks that a file still fits.
    ///
    /// - Parameters:
    ///   - needed: The bytes yet to be written.
    ///   - folder: Where.
    ///   - name: The file's name for the message.
    /// - Throws: `RoostError` with code `insufficientSpace`.
    func require(_ needed: Int64, in folder: FilePath, for name: String) throws {
        let free = try freeBytes(folder)
        let missing = needed + reserve - free
        guard needed == 0 || missing <= 0 else { throw Self.full(missing: missing, needed: needed, folder: folder, name: name) }
    }

    /// The error for a disk that filled up while a file was being written.
    func filledUp(needed: Int64, in folder: FilePath, name: String, cause: any Error) -> RoostError {
        // The size of what is free now is a courtesy; the write has already failed.
        let free = (try? freeBytes(folder)) ?? 0
        return Self.full(missing: max(needed + reserve - free, 1), needed: needed, folder: folder, name: name, cause: cause)
    }

    private static func full(
        missing: Int64, needed: Int64, folder: FilePath, name: String, cause: (any Error)? = nil
    ) -> RoostError {
        RoostError(
            .insufficientSpace,
            "\(missing) bytes (\(ByteCount(missing))) are missing in \(folder): \(name) needs \(ByteCount(needed)) more. Free some space, or set HF_HUB_CACHE to a folder on a larger disk.",
            cause: cause)
    }
}
