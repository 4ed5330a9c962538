import Foundation
import RoostCore

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Files that are there completely or not at all, also after a power cut: made private, forced to the disk, moved to their name in one step.
///
/// All functions throw `RoostError` with code `insufficientSpace` or `fileSystem`.
enum DurableFile {
    /// What may stand beside a database file and belongs to it.
    static let companions = ["-wal", "-shm", "-journal"]

    /// The size of what is at a path in bytes, through links; `nil` when nothing is there.
    static func size(of path: String) throws -> Int64? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else { throw failure("look at", path) }
            return nil
        }
        return Int64(status.st_size)
    }

    /// The path with its links followed, so that a rename replaces the file and not a link to it.
    static func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

    /// Makes an empty file that only its owner may read.
    static func createPrivate(_ path: String) throws {
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure("make", path) }
        close(descriptor)
    }

    /// Takes a file away from everybody but its owner. The file is not opened.
    static func makePrivate(_ path: String) throws { try call("make private", path) { chmod(path, 0o600) } }

    /// Makes a folder that only its owner may enter, and its parents; one that exists becomes private.
    static func makePrivateFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw RoostError(.fileSystem, "The folder \(path) cannot be made: \(error.localizedDescription)", cause: error)
        }
        try call("make private", path) { chmod(path, 0o700) }
    }

    /// Gives a file to the owner of another when an administrator works on somebody's home; anybody else owns both.
    static func copyOwner(of source: String, to target: String) throws {
        var status = stat()
        guard geteuid() == 0, stat(source, &status) == 0 else { return }
        try call("give to its owner", target) { chown(target, status.st_uid, status.st_gid) }
    }

    /// Waits until a file's bytes are on the disk.
    static func flush(_ path: String) throws { try flush(path, flags: O_RDONLY) }

    /// Waits until the entries of the folder that holds a file are on the disk.
    static func flushFolder(of path: String) throws {
        try flush(URL(fileURLWithPath: path).deletingLastPathComponent().path, flags: O_RDONLY | O_DIRECTORY)
    }

    /// Renames within a folder, replacing what has the new name.
    static func move(_ source: String, to target: String) throws { try call("write", target) { rename(source, target) } }

    /// Renames within a folder, and fails when something has the new name already.
    static func moveToNewName(_ source: String, to target: String) throws {
        if link(source, target) == 0 { return try remove(source) }
        guard errno != EEXIST else { throw failure("write", target) }
        // A file system without hard links: look, then rename.
        guard try size(of: target) == nil else { throw RoostError(.fileSystem, "\(target) exists already.") }
        try move(source, to: target)
    }

    /// Gives a file a second name, or makes a copy where the file system knows no second names.
    static func addName(_ target: String, to source: String) throws {
        if link(source, target) == 0 { return }
        do {
            try FileManager.default.copyItem(atPath: source, toPath: target)
        } catch {
            throw RoostError(.fileSystem, "\(source) cannot be kept as \(target): \(error.localizedDescription)", cause: error)
        }
        try flush(target)
    }

    /// Removes a file; one that is not there is fine.
    static func remove(_ path: String) throws {
        guard unlink(path) != 0, errno != ENOENT else { return }
        throw failure("remove", path)
    }

    /// Removes a temporary database and what SQLite left beside it. The failure that led here is the one to tell, so this one is not told.
    static func discard(_ path: String) {
        for name in [path] + companions.map({ path + $0 }) { try? remove(name) }
    }

    /// How the names of unfinished files end, before SQLite's own endings.
    static let partialSuffix = ".partial"

    /// The name of a file beside another that is not finished yet.
    static func partialName(for path: String) -> String { "\(path).\(UUID().uuidString.prefix(8).lowercased())\(partialSuffix)" }

    /// Removes unfinished files that killed processes left. One that is being made now is seconds old; a leftover is a day old or more.
    ///
    /// - Parameters:
    ///   - folder: Where to look.
    ///   - prefix: How the names begin.
    /// - Throws: `RoostError` with code `fileSystem`.
    static func removeLeftovers(in folder: String, of prefix: String) throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(prefix) && name.contains(partialSuffix) {
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            guard let changed = attributes?[.modificationDate] as? Date, changed.timeIntervalSinceNow < -86_400 else { continue }
            try remove("\(folder)/\(name)")
        }
    }

    /// Removes those that were to become a file.
    static func removeLeftovers(of path: String) throws {
        let file = URL(fileURLWithPath: path)
        try removeLeftovers(in: file.deletingLastPathComponent().path, of: file.lastPathComponent + ".")
    }

    private static func flush(_ path: String, flags: Int32) throws {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        #if canImport(Darwin)
            // A plain fsync leaves the bytes in the drive's own cache there.
            if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
        #endif
        try call("write", path) { fsync(descriptor) }
    }

    private static func call(_ what: String, _ path: String, _ systemCall: () -> CInt) throws {
        while systemCall() != 0 {
            guard errno == EINTR else { throw failure(what, path) }
        }
    }

    /// The last system call's failure as a sentence.
    static func failure(_ what: String, _ path: String) -> RoostError {
        let number = errno
        let reason = String(cString: strerror(number))
        return number == ENOSPC || number == EDQUOT
            ? RoostError(.insufficientSpace, "Cannot \(what) \(path): \(reason). Free some space and try again.")
            : RoostError(.fileSystem, "Cannot \(what) \(path): \(reason). Check the folder, its permissions and the disk.")
    }
}
