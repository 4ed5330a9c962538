import Foundation
package import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What is written, and the disk: waiting for it, and reading it again.
extension FileSystem {
    /// Waits until a file's bytes are on the disk.
    static func flush(_ descriptor: FileDescriptor, _ path: FilePath) throws {
        #if canImport(Darwin)
            // A plain fsync leaves the bytes in the drive's own cache there. Some file systems know nothing better.
            if fcntl(descriptor.rawValue, F_FULLFSYNC) == 0 { return }
        #endif
        try call("write", path) { fsync(descriptor.rawValue) }
    }

    /// Waits until a file's bytes are on the disk, and of what is known about it only what finding them again needs.
    static func flushData(_ descriptor: FileDescriptor, _ path: FilePath) throws {
        #if canImport(Darwin)
            try flush(descriptor, path)
        #else
            try call("write", path) { fdatasync(descriptor.rawValue) }
        #endif
    }

    /// Waits until the bytes of a file that is closed are on the disk.
    static func flushFile(_ path: FilePath) throws {
        let descriptor = try attempt("open", path) { try FileDescriptor.open(path, .readOnly, options: [.noFollow, .closeOnExec]) }
        // Closing what was only read cannot lose anything.
        defer { try? descriptor.close() }
        try flush(descriptor, path)
    }

    /// Waits until a folder's entries are on the disk.
    package static func flushFolder(_ path: FilePath) throws {
        let descriptor = try attempt("open", path) { try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec]) }
        // Closing what was only read cannot lose anything.
        defer { try? descriptor.close() }
        try flush(descriptor, path)
    }

    /// Lets the system begin to write a file's bytes to the disk, where it can be asked to: a flush later waits less. No promise, so no failure.
    static func beginFlush(_ descriptor: FileDescriptor) { _ = linuxSyncRange?(descriptor.rawValue, 0, 0, 2) }

    private typealias LinuxSyncRange = @convention(c) (CInt, Int64, Int64, CUnsignedInt) -> CInt

    /// Linux's `sync_file_range`, which its header keeps from Swift.
    private static let linuxSyncRange: LinuxSyncRange? = {
        #if canImport(Darwin)
            nil
        #else
            dlsym(nil, "sync_file_range").map { unsafeBitCast($0, to: LinuxSyncRange.self) }
        #endif
    }()

    /// Lets the system forget what it has of a file in memory, so that the next reader reads the disk. No promise, so no failure.
    static func dropCached(_ descriptor: FileDescriptor) {
        #if canImport(Darwin)
            _ = fcntl(descriptor.rawValue, F_NOCACHE, 1)
        #else
            _ = posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
        #endif
    }
}
