import Foundation
import RoostCore
package import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// File system functions that SystemPackage does not have. All throw `RoostError`.
package enum FileSystem {
    /// Creates a folder and its parents; an existing folder is not an error.
    package static func makeFolder(_ path: FilePath) throws {
        if path.withPlatformString({ mkdir($0, 0o777) }) == 0 { return }
        let failure = Errno(rawValue: errno)
        if failure == .noSuchFileOrDirectory, path.lastComponent != nil {
            try makeFolder(path.removingLastComponent())
            // The complete function is called again, because another process may have created the parent.
            try makeFolder(path)
        } else if failure != .fileExists || !isFolder(path) {
            throw error(failure, "make the folder", path)
        }
    }

    /// Renames a file within one file system and replaces a file with the new name.
    package static func move(_ source: FilePath, to target: FilePath) throws {
        try call("write", target) { source.withPlatformString { from in target.withPlatformString { rename(from, $0) } } }
    }

    /// Creates a symbolic link; `target` is stored unchanged.
    ///
    /// - Returns: Whether the name was free.
    static func makeLink(at path: FilePath, to target: FilePath) throws -> Bool {
        if target.withPlatformString({ to in path.withPlatformString { symlink(to, $0) } }) == 0 { return true }
        let failure = Errno(rawValue: errno)
        if failure == .fileExists { return false }
        throw error(failure, "make the link", path)
    }

    /// Copies a file's content to a new name and waits until it is on the disk. If the disk is full, an incomplete file
    /// remains.
    static func copy(_ source: FilePath, to target: FilePath) throws {
        try attempt("copy to", target) {
            let input = try FileDescriptor.open(source, .readOnly, options: [.closeOnExec])
            // Closing a file after reading loses no data.
            defer { try? input.close() }
            let output = try FileDescriptor.open(
                target, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec], permissions: FilePermissions(rawValue: 0o666))
            try output.closeAfter {
                let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
                defer { block.deallocate() }
                while case let count = try input.read(into: block), count > 0 {
                    try output.writeAll(UnsafeRawBufferPointer(rebasing: block.prefix(count)))
                }
                try flush(output, target)
            }
        }
    }

    /// A unique name.
    package static func temporaryName(in folder: FilePath) -> FilePath {
        folder.appending(".roost-\(String(UInt64.random(in: .min ... .max), radix: 16)).tmp")
    }

    /// Removes a file or link; a missing file is not an error.
    package static func remove(_ path: FilePath) throws {
        if path.withPlatformString({ unlink($0) }) != 0, errno != ENOENT { throw error(Errno(rawValue: errno), "remove", path) }
    }

    /// Reserves the blocks of a part of a file, if the file system can do so immediately.
    ///
    /// - Returns: The error; `nil` if it succeeded or is not supported.
    static func allocate(_ descriptor: FileDescriptor, _ range: Range<Int64>) -> Errno? {
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

    /// Writes a small file so that readers see either the old or the complete new one.
    ///
    /// - Parameters:
    ///   - bytes: The content.
    ///   - path: The file; its folder must exist.
    ///   - folder: The folder for the temporary file, on the same file system, and where no program lists files.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    package static func write(_ bytes: some Sequence<UInt8>, to path: FilePath, temporaryIn folder: FilePath) throws {
        let temporary = temporaryName(in: folder)
        do {
            try attempt("write", path) {
                let descriptor = try FileDescriptor.open(
                    temporary, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                    permissions: FilePermissions(rawValue: 0o666))
                try descriptor.closeAfter {
                    try descriptor.writeAll(bytes)
                    try flush(descriptor, path)
                }
            }
            try move(temporary, to: path)
        } catch {
            // The first error is the one to report.
            try? remove(temporary)
            throw error
        }
    }

    /// The names in a folder in order; empty if the folder does not exist.
    package static func names(in folder: FilePath) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
        } catch {
            guard (try? folder.stat(followTargetSymlink: false)) != nil else { return [] }
            throw RoostError(
                .fileSystem, "Cannot read the folder \(folder): \(error.localizedDescription) Check its permissions.", cause: error)
        }
    }

    /// Removes a folder if it is empty.
    ///
    /// - Returns: Whether the folder no longer exists.
    package static func removeIfEmpty(_ folder: FilePath) -> Bool { folder.withPlatformString { rmdir($0) } == 0 || errno == ENOENT }

    /// Removes a file, link or folder with all its contents, without following links. A missing file is not an error.
    package static func removeTree(_ path: FilePath) throws {
        guard (try? path.stat(followTargetSymlink: false)) != nil else { return }
        do {
            try FileManager.default.removeItem(atPath: path.string)
        } catch {
            throw RoostError(.fileSystem, "Cannot remove \(path): \(error.localizedDescription) Check the folder's permissions.", cause: error)
        }
    }

    /// Writes a file with a unique name. It is not flushed.
    ///
    /// - Returns: The name.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`; no file remains.
    static func writeTemporary(_ bytes: some Sequence<UInt8>, in folder: FilePath) throws -> FilePath {
        let temporary = temporaryName(in: folder)
        do {
            try attempt("write", folder) {
                let descriptor = try FileDescriptor.open(
                    temporary, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                    permissions: FilePermissions(rawValue: 0o666))
                try descriptor.closeAfter {
                    try descriptor.writeAll(bytes)
                    beginFlush(descriptor)
                }
            }
            return temporary
        } catch {
            // The first error is the one to report.
            try? remove(temporary)
            throw error
        }
    }

    /// The size of a regular file, following links; `nil` if there is none.
    package static func size(of path: FilePath) -> Int64? {
        guard let stat = try? path.stat(), stat.type == .regular else { return nil }
        return stat.size
    }

    /// The first bytes of a file.
    static func beginning(of path: FilePath, count: Int) throws -> [UInt8] {
        try attempt("read", path) {
            let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
            // Closing a file after reading loses no data.
            defer { try? descriptor.close() }
            return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                while filled < count {
                    let read = try descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...]))
                    guard read > 0 else { throw Errno.ioError }
                    filled += read
                }
            }
        }
    }

    /// The disk space of a file, written or reserved, in bytes; 0 if there is none.
    package static func allocatedBytes(of path: FilePath) -> Int64 { (try? path.stat(followTargetSymlink: false))?.sizeAllocated ?? 0 }

    /// The bytes that a normal user may still write.
    package static func freeBytes(_ folder: FilePath) throws -> Int64 {
        let info = try fileSystem(of: folder)
        return bytes(UInt64(info.f_bavail), of: UInt64(info.f_frsize))
    }

    /// The size of the file system of a folder.
    static func totalBytes(_ folder: FilePath) throws -> Int64 {
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

    /// Runs a file operation and converts its error into a sentence.
    package static func attempt<Result>(_ what: String, _ path: FilePath, _ work: () throws -> Result) throws -> Result {
        do {
            return try work()
        } catch let failure as Errno {
            throw error(failure, what, path)
        }
    }

    /// The folder, or its nearest existing parent.
    static func nearestFolder(_ path: FilePath) -> FilePath {
        var path = path
        while !isFolder(path), path.removeLastComponent() {}
        return path
    }

    private static func isFolder(_ path: FilePath) -> Bool { (try? path.stat())?.type == .directory }

    static func call(_ what: String, _ path: FilePath, _ systemCall: () -> CInt) throws {
        while systemCall() != 0 {
            let failure = Errno(rawValue: errno)
            if failure != .interrupted { throw error(failure, what, path) }
        }
    }

    private static func error(_ failure: Errno, _ what: String, _ path: FilePath) -> RoostError {
        failure.meansFullDisk
            ? RoostError(
                .insufficientSpace, "Cannot \(what) \(path): \(failure). Free some space, or set \(path.movedBy) to a folder on a larger disk.",
                cause: failure)
            : RoostError(
                .fileSystem,
                "Cannot \(what) \(path): \(failure). Check the folder's permissions and the disk, or set \(path.movedBy) to another folder.",
                cause: failure)
    }
}

extension FilePath {
    /// The environment variable that moves this file elsewhere. Models that Roost converted, and its receipts, are in
    /// `<home>/models/<org>--<name>`. All other files of this module are in the Hub cache, whose folders are named
    /// `models--<org>--<name>`.
    var movedBy: String {
        let names = components.map(\.string).filter { $0 != ".locks" }
        let isOwn = zip(names, names.dropFirst()).contains { $0 == "models" && $1.contains("--") && !$1.hasPrefix("models--") }
        return isOwn ? "ROOST_HOME" : "HF_HUB_CACHE"
    }
}

extension Errno {
    /// Whether the disk, or the user's quota, is full.
    var meansFullDisk: Bool { self == .noSpace || self == .diskQuotaExceeded }

    /// Whether the file system does not support symbolic links: the errors of FAT file systems and network shares.
    var meansNoLinks: Bool { [.notPermitted, .notSupported, .noFunction].contains(self) }

    /// Whether this user has read-only access.
    var meansReadOnly: Bool { [.permissionDenied, .notPermitted, .readOnlyFileSystem].contains(self) }
}
