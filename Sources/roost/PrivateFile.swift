import DurableFiles
import Foundation
import RoostCore
import SystemPackage

/// Files of the user that the command writes as a whole.
enum PrivateFile {
    /// Writes a file under another name, and gives it its name when it is on the disk. A reader sees the old content or the new one.
    ///
    /// - Parameters:
    ///   - bytes: The content.
    ///   - path: The file. A link is followed, so that the file behind it is replaced and the link stays.
    ///   - permissions: The permissions of a new file; one that exists keeps its own, and its owner and group.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    static func write(_ bytes: [UInt8], to path: FilePath, permissions: FilePermissions = [.ownerReadWrite]) throws {
        let target = FilePath(URL(fileURLWithPath: path.string).resolvingSymlinksInPath().path)
        let folder = target.removingLastComponent()
        let before = try? FileManager.default.attributesOfItem(atPath: target.string)
        func old(_ key: FileAttributeKey) -> UInt32? { (before?[key] as? NSNumber)?.uint32Value }
        let temporary = FileSystem.temporaryName(in: folder)
        do {
            try FileSystem.create(temporary, "write", reporting: target, permissions: [.ownerReadWrite]) { output in
                try output.writeAll(bytes)
                try FileSystem.flush(output, target)
            }
            if let owner = old(.ownerAccountID), let group = old(.groupOwnerAccountID) {
                try FileSystem.call("keep the owner of", target) { temporary.withPlatformString { chown($0, owner, group) } }
            }
            let mode = old(.posixPermissions).map { CInterop.Mode($0) } ?? permissions.rawValue
            try FileSystem.call("change the permissions of", target) { temporary.withPlatformString { chmod($0, mode) } }
            try FileSystem.move(temporary, to: target)
            try FileSystem.flushFolder(folder)
        } catch {
            _ = temporary.withPlatformString { unlink($0) }
            throw error
        }
    }
}
