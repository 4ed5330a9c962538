import Foundation
package import SystemPackage

/// Sizes of files and the space of disks, in bytes.
extension FileSystem {
    /// The size of a regular file, following links; `nil` if there is none.
    package static func size(of path: FilePath) -> Int64? {
        guard let stat = try? path.stat(), stat.type == .regular else { return nil }
        return stat.size
    }

    /// The disk space of a file, written or reserved, in bytes; 0 if there is none.
    package static func allocatedBytes(of path: FilePath) -> Int64 { (try? path.stat(followTargetSymlink: false))?.sizeAllocated ?? 0 }

    /// The bytes that a normal user may still write.
    package static func freeBytes(_ folder: FilePath) throws -> Int64 {
        let info = try fileSystem(of: folder)
        return bytes(UInt64(info.f_bavail), of: UInt64(info.f_frsize))
    }

    /// The size of the file system of a folder.
    package static func totalBytes(_ folder: FilePath) throws -> Int64 {
        let info = try fileSystem(of: folder)
        return bytes(UInt64(info.f_blocks), of: UInt64(info.f_frsize))
    }

    private static func fileSystem(of folder: FilePath) throws -> statvfs {
        var info = statvfs()
        try call("ask for the free space of", folder) { folder.withPlatformString { statvfs($0, &info) } }
        return info
    }

    private static func bytes(_ blocks: UInt64, of size: UInt64) -> Int64 {
        let (bytes, overflow) = blocks.multipliedReportingOverflow(by: size)
        return overflow ? .max : Int64(clamping: bytes)
    }

    /// Reserves the blocks of a part of a file, if the file system can do so immediately.
    ///
    /// - Returns: The error; `nil` if it succeeded or is not supported.
    package static func allocate(_ descriptor: FileDescriptor, _ range: Range<Int64>) -> Errno? {
        guard let call = linuxAllocate, call(descriptor.rawValue, 0, range.lowerBound, range.upperBound - range.lowerBound) != 0 else { return nil }
        return Errno(rawValue: errno)
    }

    private typealias LinuxAllocate = @convention(c) (CInt, CInt, Int64, Int64) -> CInt

    /// Linux's `fallocate`, which its header does not make available to Swift. `posix_fallocate` is no substitute:
    /// without support in the file system, it writes every block.
    private static let linuxAllocate: LinuxAllocate? = {
        #if canImport(Darwin)
            nil
        #else
            dlsym(nil, "fallocate").map { unsafeBitCast($0, to: LinuxAllocate.self) }
        #endif
    }()
}
