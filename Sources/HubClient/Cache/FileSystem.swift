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

/// The system calls that SystemPackage does not have. All throw `RoostError`.
package enum FileSystem {
    /// Makes a folder and its parents; one that exists is fine.
    package static func makeFolder(_ path: FilePath) throws {
        if path.withPlatformString({ mkdir($0, 0o777) }) == 0 { return }
        let failure = Errno(rawValue: errno)
        if failure == .noSuchFileOrDirectory, path.lastComponent != nil {
            try makeFolder(path.removingLastComponent())
            // Not just one more mkdir: somebody else may have made it meanwhile.
            try makeFolder(path)
        } else if failure != .fileExists || !isFolder(path) {
            throw error(failure, "make the folder", path)
        }
    }

    /// Renames within one file system, replacing what has the new name.
    static func move(_ source: FilePath, to target: FilePath) throws {
        try call("write", target) { source.withPlatformString { from in target.withPlatformString { rename(from, $0) } } }
    }

    /// Makes a symbolic link; `target` is kept as written.
    ///
    /// - Returns: Whether the name was free.
    static func makeLink(at path: FilePath, to target: FilePath) throws -> Bool {
        if target.withPlatformString({ to in path.withPlatformString { symlink(to, $0) } }) == 0 { return true }
        let failure = Errno(rawValue: errno)
        if failure == .fileExists { return false }
        throw error(failure, "make the link", path)
    }

    /// Copies a file's content to a new name and waits until it is on the disk. A full disk leaves a part there.
    static func copy(_ source: FilePath, to target: FilePath) throws {
        try attempt("copy to", target) {
            let input = try FileDescriptor.open(source, .readOnly, options: [.closeOnExec])
            // Closing what was only read cannot lose anything.
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

    /// A name that nobody else has.
    static func temporaryName(in folder: FilePath) -> FilePath {
        folder.appending(".roost-\(String(UInt64.random(in: .min ... .max), radix: 16)).tmp")
    }

    /// Removes a file or link; one that is not there is fine.
    package static func remove(_ path: FilePath) throws {
        if path.withPlatformString({ unlink($0) }) != 0, errno != ENOENT { throw error(Errno(rawValue: errno), "remove", path) }
    }

    /// Reserves the blocks of a part of a file where the file system can do that at once.
    ///
    /// - Returns: Why it failed; `nil` when it did not, or could not be tried.
    static func allocate(_ descriptor: FileDescriptor, _ range: Range<Int64>) -> Errno? {
        guard let call = linuxAllocate, call(descriptor.rawValue, 0, range.lowerBound, range.upperBound - range.lowerBound) != 0 else { return nil }
        return Errno(rawValue: errno)
    }

    private typealias LinuxAllocate = @convention(c) (CInt, CInt, Int64, Int64) -> CInt

    /// Linux's `fallocate`, which its header keeps from Swift. `posix_fallocate` is no substitute: where the file system cannot, it writes every block.
    private static let linuxAllocate: LinuxAllocate? = {
        #if canImport(Darwin)
            nil
        #else
            dlsym(nil, "fallocate").map { unsafeBitCast($0, to: LinuxAllocate.self) }
        #endif
    }()

    /// Writes a small file so that readers see the old one or the whole new one.
    ///
    /// - Parameters:
    ///   - bytes: The content.
    ///   - path: The file; its folder exists.
    ///   - folder: Where the temporary file goes: on the same file system, and where nobody lists files.
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
            // The first failure is the one to tell.
            try? remove(temporary)
            throw error
        }
    }

    /// The names in a folder, in order; none when there is no such folder.
    static func names(in folder: FilePath) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
        } catch {
            guard (try? folder.stat(followTargetSymlink: false)) != nil else { return [] }
            throw RoostError(
                .fileSystem, "Cannot read the folder \(folder): \(error.localizedDescription) Check its permissions.", cause: error)
        }
    }

    /// Removes a folder that is empty.
    ///
    /// - Returns: Whether it is gone.
    static func removeIfEmpty(_ folder: FilePath) -> Bool { folder.withPlatformString { rmdir($0) } == 0 || errno == ENOENT }

    /// Removes a file, link or folder with all that is in it, following no link; what is not there is fine.
    static func removeTree(_ path: FilePath) throws {
        guard (try? path.stat(followTargetSymlink: false)) != nil else { return }
        do {
            try FileManager.default.removeItem(atPath: path.string)
        } catch {
            throw RoostError(.fileSystem, "Cannot remove \(path): \(error.localizedDescription) Check the folder's permissions.", cause: error)
        }
    }

    /// Writes a file under a name that nobody else has. It is not flushed.
    ///
    /// - Returns: The name.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`; nothing is left.
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
            // The first failure is the one to tell.
            try? remove(temporary)
            throw error
        }
    }

    /// The size of a regular file, through links; `nil` when there is none.
    package static func size(of path: FilePath) -> Int64? {
        guard let stat = try? path.stat(), stat.type == .regular else { return nil }
        return stat.size
    }

    /// The first bytes of a file.
    static func beginning(of path: FilePath, count: Int) throws -> [UInt8] {
        try attempt("read", path) {
            let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
            // Closing what was only read cannot lose anything.
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

    /// How much of the disk a file takes, written or reserved, in bytes; 0 when there is none.
    static func allocatedBytes(of path: FilePath) -> Int64 { (try? path.stat(followTargetSymlink: false))?.sizeAllocated ?? 0 }

    /// The bytes an ordinary user may still write.
    package static func freeBytes(_ folder: FilePath) throws -> Int64 {
        let info = try fileSystem(of: folder)
        return bytes(UInt64(info.f_bavail), of: UInt64(info.f_frsize))
    }

    /// The size of the file system that holds a folder.
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

    /// Runs file work and gives its failure a sentence.
    static func attempt<Result>(_ what: String, _ path: FilePath, _ work: () throws -> Result) throws -> Result {
        do {
            return try work()
        } catch let failure as Errno {
            throw error(failure, what, path)
        }
    }

    /// A folder, or the nearest one above it that is there.
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
    /// The variable that moves this file elsewhere: what Roost makes and notes lies in `<home>/models/<org>--<name>`, all else that this module
    /// writes in the Hub cache, whose folders are named `models--<org>--<name>`.
    var movedBy: String {
        let names = components.map(\.string).filter { $0 != ".locks" }
        let isOwn = zip(names, names.dropFirst()).contains { $0 == "models" && $1.contains("--") && !$1.hasPrefix("models--") }
        return isOwn ? "ROOST_HOME" : "HF_HUB_CACHE"
    }
}

extension Errno {
    /// Whether the disk, or the user's share of it, is full.
    var meansFullDisk: Bool { self == .noSpace || self == .diskQuotaExceeded }

    /// Whether the file system knows no symbolic links: that is what a FAT file system and network shares say.
    var meansNoLinks: Bool { [.notPermitted, .notSupported, .noFunction].contains(self) }

    /// Whether this user may only read here.
    var meansReadOnly: Bool { [.permissionDenied, .notPermitted, .readOnlyFileSystem].contains(self) }
}
