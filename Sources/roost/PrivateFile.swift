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
    ///   - permissions: The permissions of a new file; one that exists keeps its own.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    static func write(_ bytes: [UInt8], to path: FilePath, permissions: FilePermissions = [.ownerReadWrite]) throws {
        let target = FilePath(URL(fileURLWithPath: path.string).resolvingSymlinksInPath().path)
        let folder = target.removingLastComponent()
        let kept = (try? FileManager.default.attributesOfItem(atPath: target.string)[.posixPermissions] as? NSNumber)?.uint16Value
        let temporary = FileSystem.temporaryName(in: folder)
        do {
            try FileSystem.create(temporary, "write", reporting: target, permissions: [.ownerReadWrite]) { output in
                try output.writeAll(bytes)
                try FileSystem.flush(output, target)
            }
            let mode = kept.map { CInterop.Mode($0) } ?? permissions.rawValue
            try FileSystem.call("change the permissions of", target) { temporary.withPlatformString { chmod($0, mode) } }
            try FileSystem.move(temporary, to: target)
            try FileSystem.flushFolder(folder)
        } catch {
            _ = temporary.withPlatformString { unlink($0) }
            throw error
        }
    }
}
