import Foundation
import RoostCore
package import SystemPackage

/// The names of files: renaming, links, removal.
extension FileSystem {
    /// Renames a file within one file system and replaces a file with the new name.
    package static func move(_ source: FilePath, to target: FilePath) throws {
        try call("write", target) { source.withPlatformString { from in target.withPlatformString { rename(from, $0) } } }
    }

    /// Creates a symbolic link; `target` is stored unchanged.
    ///
    /// - Returns: Whether the name was free.
    package static func makeLink(at path: FilePath, to target: FilePath) throws -> Bool {
        if target.withPlatformString({ to in path.withPlatformString { symlink(to, $0) } }) == 0 { return true }
        let failure = Errno(rawValue: errno)
        if failure == .fileExists { return false }
        throw failure.error("make the link", path)
    }

    /// Whether a folder can contain symbolic links. The test makes one and removes it.
    package static func hasLinks(_ folder: FilePath) throws -> Bool {
        let link = temporaryName(in: folder)
        do {
            if try makeLink(at: link, to: "link") { try remove(link) }
            return true
        } catch let error as RoostError where (error.cause as? Errno)?.meansNoLinks == true {
            return false
        }
    }

    /// A unique name.
    package static func temporaryName(in folder: FilePath) -> FilePath {
        folder.appending(".roost-\(String(UInt64.random(in: .min ... .max), radix: 16)).tmp")
    }

    /// Removes a file or link; a missing file is not an error.
    package static func remove(_ path: FilePath) throws {
        if path.withPlatformString({ unlink($0) }) != 0, errno != ENOENT { throw Errno(rawValue: errno).error("remove", path) }
    }

    /// Whether the file system of a folder treats names that differ only in case as equal, as macOS does by default.
    /// Does not write.
    ///
    /// - Parameter folder: The folder. If it does not exist, its nearest existing parent is used.
    /// - Returns: `false` also if there is no name to test with.
    package static func ignoresCase(near folder: FilePath) -> Bool {
        // A file in the folder shows the behavior of the folder's file system; the folder's own name shows that of its
        // parent's file system.
        var path = folder.appending("CACHEDIR.TAG")
        while let name = path.lastComponent?.string {
            let other = name == name.lowercased() ? name.uppercased() : name.lowercased()
            if other != name, let stat = try? path.stat(followTargetSymlink: false) {
                let twin = try? path.removingLastComponent().appending(other).stat(followTargetSymlink: false)
                return twin.map { $0.inode == stat.inode && $0.deviceID == stat.deviceID } ?? false
            }
            path.removeLastComponent()
        }
        return false
    }
}
