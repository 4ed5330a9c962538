import Foundation
import RoostCore
package import SystemPackage

/// Folders.
extension FileSystem {
    /// Creates a folder and its parents; an existing folder is not an error.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - permissions: The permissions of each created folder, before the process's mask.
    ///   - wanted: The folder that needs `path`, if it is another one; an error gives the advice for it.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    package static func makeFolder(_ path: FilePath, permissions: CInterop.Mode = 0o777, for wanted: FilePath? = nil) throws {
        var failure: Errno?
        // A cleaner may remove the parent while it is still empty. Some file systems, such as /proc, refuse each time.
        for _ in 0..<8 {
            failure = path.withPlatformString { mkdir($0, permissions) } == 0 ? nil : Errno(rawValue: errno)
            guard failure == .noSuchFileOrDirectory, path.lastComponent != nil else { break }
            try makeFolder(path.removingLastComponent(), permissions: permissions, for: wanted ?? path)
        }
        guard let failure, failure != .fileExists || !isFolder(path) else { return }
        throw failure.error("make the folder", path, for: wanted)
    }

    /// Creates a folder that only its owner can enter, and its parents. An existing folder becomes private.
    package static func makePrivateFolder(_ path: FilePath) throws {
        try makeFolder(path, permissions: 0o700)
        try call("make private", path) { path.withPlatformString { chmod($0, 0o700) } }
    }

    /// The names in a folder in order; empty if the folder does not exist.
    package static func names(in folder: FilePath) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
        } catch {
            guard (try? folder.stat(followTargetSymlink: false)) != nil else { return [] }
            // Another program may have made the folder between the two calls.
            if let names = try? FileManager.default.contentsOfDirectory(atPath: folder.string) { return names.sorted() }
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

    /// The folder, or its nearest existing parent.
    package static func nearestFolder(_ path: FilePath) -> FilePath {
        var path = path
        while !isFolder(path), path.removeLastComponent() {}
        return path
    }

    private static func isFolder(_ path: FilePath) -> Bool { (try? path.stat())?.type == .directory }
}

extension FilePath {
    /// The folder of a file: `.` for a name alone.
    package var folder: FilePath {
        let folder = removingLastComponent()
        return folder.isEmpty ? "." : folder
    }
}
