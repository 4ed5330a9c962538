import DurableFiles
import Foundation
import RoostCore
import SystemPackage

/// The folder of the engines' sockets. Beside each socket is a note with the engine's process id, so that the next
/// start of Roost finds an engine that outlived Roost and its guard.
struct RuntimeDirectory {
    let path: FilePath

    /// The path of the note with the process id of a socket's engine.
    static func note(for socket: FilePath) -> FilePath { FilePath(socket.string + ".pid") }

    /// The folder of the temporary files of a socket's engine.
    static func temporaryFolder(for socket: FilePath) -> FilePath { FilePath(socket.string + ".tmp") }

    /// Creates the folder, or checks that an existing one belongs to this user and is not writable by others. All users
    /// can write to `/tmp`, so a folder or link that another user created there is not used.
    ///
    /// - Throws: `RoostError` with code `invalidConfiguration` or `fileSystem`.
    func prepare() throws {
        // The longest name is "4194304-999999.sock". A socket's path can have 103 bytes on macOS and 107 on Linux.
        guard path.string.utf8.count <= 80 else {
            throw RoostError(
                .invalidConfiguration,
                "The folder for engine sockets, \(path), has a path of more than 80 bytes, too long for a Unix socket in it. Choose a shorter ROOST_HOME."
            )
        }
        try FileSystem.makeFolder(path.removingLastComponent(), permissions: 0o700, for: path)
        guard mkdir(path.string, 0o700) == 0 || errno == EEXIST else { throw unusable("cannot be made: \(Self.lastError).") }
        // The checks use the open folder, so that a later change of its name has no effect.
        let folder = open(path.string, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard folder >= 0 else { throw unusable("is not a folder that Roost can use: \(Self.lastError). Remove what is there.") }
        defer { close(folder) }
        var facts = stat()
        guard fstat(folder, &facts) == 0 else { throw unusable("cannot be examined: \(Self.lastError).") }
        guard facts.st_uid == geteuid() else { throw unusable("belongs to another user. Remove it, or choose a shorter ROOST_HOME.") }
        guard facts.st_mode & 0o022 == 0 else { throw unusable("can be written to by others. Remove it; Roost creates it again.") }
        guard facts.st_mode & 0o777 == 0o700 || fchmod(folder, 0o700) == 0 else { throw unusable("cannot be made private: \(Self.lastError).") }
    }

    /// Ends engines that an earlier Roost with this home folder left running, and removes their sockets. Call it while
    /// no other Roost can use the folder.
    ///
    /// - Returns: The process ids of the engines that were ended.
    func sweep() -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path.string)) ?? []
        let ended = names.filter { $0.hasSuffix(".sock.pid") }.compactMap { name -> Int32? in
            let socket = path.appending(String(name.dropLast(4)))
            guard let pid = Self.process(noted: path.appending(name)), Self.isEngine(pid, of: socket) else { return nil }
            return kill(pid, SIGKILL) == 0 ? pid : nil
        }
        for name in names where [".sock", ".sock.pid", ".sock.tmp"].contains(where: name.hasSuffix) {
            // A remaining file is harmless: a socket is removed again before its name is used.
            try? FileManager.default.removeItem(atPath: path.appending(name).string)
        }
        return ended
    }

    /// Process ids are reused, and a note may be old. Only a process that was started to listen on exactly this socket,
    /// whose path no other home folder has, is the engine. The guard's arguments contain the path too, but the note
    /// does not contain the guard's process id.
    private static func isEngine(_ pid: Int32, of socket: FilePath) -> Bool {
        let words = ProcessArguments.of(pid)
        return zip(words, words.dropFirst()).contains { $0 == "--host" && $1 == socket.string }
    }

    private static func process(noted path: FilePath) -> Int32? {
        guard let data = FileManager.default.contents(atPath: path.string), data.count <= 16 else { return nil }
        return Int32(String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)).flatMap { $0 > 1 ? $0 : nil }
    }

    private func unusable(_ why: String) -> RoostError { RoostError(.fileSystem, "The folder for engine sockets, \(path), \(why)") }

    private static var lastError: String { String(cString: strerror(errno)) }
}
