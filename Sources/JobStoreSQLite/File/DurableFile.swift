import DurableFiles
import Foundation
import RoostCore
import SystemPackage

/// Functions for files that exist completely or not at all, also after a power cut: created private, flushed to the
/// disk, and renamed in one step.
///
/// All functions throw `RoostError` with code `insufficientSpace` or `fileSystem`.
enum DurableFile {
    /// The name endings of the files that belong to a database file.
    static let companions = ["-wal", "-shm", "-journal"]

    /// The size of the file at a path in bytes, following links; `nil` if there is none.
    static func size(of path: String) throws -> Int64? {
        do {
            return try FilePath(path).stat().size
        } catch {
            if error == .noSuchFileOrDirectory || error == .notDirectory { return nil }
            throw error.error("look at", FilePath(path))
        }
    }

    /// The path with its links resolved, so that a rename replaces the file and not a link to it.
    static func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

    /// Creates an empty file that only its owner can read.
    static func createPrivate(_ path: String) throws { try FileSystem.create(FilePath(path), "make", permissions: .ownerReadWrite) }

    /// Restricts a file to its owner, without opening it.
    static func makePrivate(_ path: String) throws { try FileSystem.call("make private", FilePath(path)) { chmod(path, 0o600) } }

    /// Gives a file the owner of another file. This has an effect only when root works in another user's home.
    static func copyOwner(of source: String, to target: String) throws {
        var status = stat()
        guard geteuid() == 0, stat(source, &status) == 0 else { return }
        try FileSystem.call("give to its owner", FilePath(target)) { chown(target, status.st_uid, status.st_gid) }
    }

    /// Waits until a file's bytes are on the disk.
    static func flush(_ path: String) throws { try FileSystem.flushFile(FilePath(path)) }

    /// Waits until the folder entry of a file is on the disk.
    static func flushFolder(of path: String) throws { try FileSystem.flushFolder(FilePath(path).folder) }

    /// Renames a file within a folder and replaces a file with the new name.
    static func move(_ source: String, to target: String) throws { try FileSystem.move(FilePath(source), to: FilePath(target)) }

    /// Renames a file within a folder, and throws if the new name exists.
    static func moveToNewName(_ source: String, to target: String) throws {
        if link(source, target) == 0 { return try remove(source) }
        let failure = Errno(rawValue: errno)
        guard failure != .fileExists else { throw failure.error("write", FilePath(target)) }
        // The file system has no hard links: check first, then rename.
        guard try size(of: target) == nil else { throw RoostError(.fileSystem, "\(target) exists already.") }
        try move(source, to: target)
    }

    /// Gives a file a second name, or copies it if the file system does not support hard links.
    static func addName(_ target: String, to source: String) throws {
        if link(source, target) == 0 { return }
        do {
            try FileManager.default.copyItem(atPath: source, toPath: target)
        } catch {
            throw RoostError(.fileSystem, "\(source) cannot be kept as \(target): \(error.localizedDescription)", cause: error)
        }
        try flush(target)
    }

    /// Removes a file. A missing file is not an error.
    static func remove(_ path: String) throws { try FileSystem.remove(FilePath(path)) }

    /// Removes a temporary database and its companion files. Errors are ignored, because the caller reports the failure
    /// that led here.
    static func discard(_ path: String) {
        for name in [path] + companions.map({ path + $0 }) { try? remove(name) }
    }

    /// The ending of the names of unfinished files, before SQLite's own endings.
    static let partialSuffix = ".partial"

    /// The name of an unfinished file beside the final file.
    static func partialName(for path: String) -> String { "\(path).\(UUID().uuidString.prefix(8).lowercased())\(partialSuffix)" }

    /// Removes unfinished files of killed processes. Only files that are at least a day old are removed: a file in use
    /// is seconds old.
    ///
    /// - Parameters:
    ///   - folder: The folder to search.
    ///   - prefix: The beginning of the names.
    /// - Throws: `RoostError` with code `fileSystem`.
    static func removeLeftovers(in folder: String, of prefix: String) throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(prefix) && name.contains(partialSuffix) {
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            guard let changed = attributes?[.modificationDate] as? Date, changed.timeIntervalSinceNow < -86_400 else { continue }
            try remove("\(folder)/\(name)")
        }
    }

    /// Removes the unfinished files of a file.
    static func removeLeftovers(of path: String) throws {
        let file = URL(fileURLWithPath: path)
        try removeLeftovers(in: file.deletingLastPathComponent().path, of: file.lastPathComponent + ".")
    }
}
