import Foundation
package import SystemPackage

/// Flushing files to the disk, and reading them from the disk again.
extension FileSystem {
    /// Waits until a file's bytes are on the disk.
    package static func flush(_ descriptor: FileDescriptor, _ path: FilePath) throws {
        #if canImport(Darwin)
            // On macOS, a plain fsync leaves the bytes in the drive's cache. Some file systems support only that.
            if fcntl(descriptor.rawValue, F_FULLFSYNC) == 0 { return }
        #endif
        try call("write", path) { fsync(descriptor.rawValue) }
    }

    /// Waits until a file's bytes are on the disk, with only the metadata that is needed to read them.
    package static func flushData(_ descriptor: FileDescriptor, _ path: FilePath) throws {
        #if canImport(Darwin)
            try flush(descriptor, path)
        #else
            try call("write", path) { fdatasync(descriptor.rawValue) }
        #endif
    }

    /// Waits until the bytes of a closed file are on the disk.
    package static func flushFile(_ path: FilePath) throws {
        let descriptor = try attempt("open", path) { try FileDescriptor.open(path, .readOnly, options: [.noFollow, .closeOnExec]) }
        // Closing a file after reading loses no data.
        defer { try? descriptor.close() }
        try flush(descriptor, path)
    }

    /// Waits until a folder's entries are on the disk, such as a file's new name.
    package static func flushFolder(_ path: FilePath) throws {
        let descriptor = try attempt("open", path) { try FileDescriptor.open(path, .readOnly, options: [.directory, .closeOnExec]) }
        // Closing a file after reading loses no data.
        defer { try? descriptor.close() }
        try flush(descriptor, path)
    }

    /// Starts to write a file's bytes to the disk, if the system supports it, so that a later flush is faster. An
    /// optimization, so errors are ignored.
    package static func beginFlush(_ descriptor: FileDescriptor) { _ = linuxSyncRange?(descriptor.rawValue, 0, 0, 2) }

    private typealias LinuxSyncRange = @convention(c) (CInt, Int64, Int64, CUnsignedInt) -> CInt

    /// Linux's `sync_file_range`, which its header does not make available to Swift.
    private static let linuxSyncRange: LinuxSyncRange? = {
        #if canImport(Darwin)
            nil
        #else
            dlsym(nil, "sync_file_range").map { unsafeBitCast($0, to: LinuxSyncRange.self) }
        #endif
    }()

    /// Drops a file from the system's memory cache, so that the next reader reads the disk. An optimization, so errors
    /// are ignored.
    package static func dropCached(_ descriptor: FileDescriptor) {
        #if canImport(Darwin)
            _ = fcntl(descriptor.rawValue, F_NOCACHE, 1)
        #else
            _ = posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
        #endif
    }
}
