import DurableFiles
import Foundation
import Hashing
import RoostCore
package import SystemPackage

/// The home directory `$ROOST_HOME`: created with mode 0700, and owned by one server at a time.
///
/// The owner holds a lock on `roost.lock`, which the system releases at the end of the process in every case. Only the
/// owner may assume that a job marked `running` has no worker.
package final class HomeDirectory: Sendable {
    /// The path of the home.
    package let path: FilePath
    private let lock: FileDescriptor

    /// Creates the folder and acquires the lock, which is held for the lifetime of the object.
    ///
    /// - Parameter path: The path of the home; absolute.
    /// - Throws: `RoostError` with code `fileSystem`, or `conflict` with the process that holds the lock.
    package init(claiming path: FilePath) throws {
        self.path = path
        let file = path.appending("roost.lock")
        do {
            try FileSystem.makePrivateFolder(path)
            lock = try FileDescriptor.open(file, .readWrite, options: [.create, .closeOnExec, .noFollow], permissions: .ownerReadWrite)
        } catch {
            let reason = (error as? RoostError)?.cause ?? error
            throw RoostError(
                .fileSystem, "\(path) cannot be used as Roost's home: \(reason). Choose a folder of your own with ROOST_HOME.", cause: error)
        }
        guard try FileSystem.lock(lock, file) else {
            // `deinit` closes the file; it also runs when a fully initialised object throws here.
            let owner = Self.owner(in: lock)
            throw RoostError(
                .conflict, "Another Roost server\(owner.map { " (process \($0))" } ?? "") uses \(path); stop it, or choose another ROOST_HOME.")
        }
        try FileSystem.attempt("write", file) {
            try lock.resize(to: 0)
            try lock.writeAll(toAbsoluteOffset: 0, "\(getpid())\n".utf8)
        }
    }

    /// Closing the file releases the lock. An error here cannot be handled.
    deinit { try? lock.close() }

    /// The path of jobs.db.
    package var database: FilePath { Self.database(in: path) }

    /// The folder of the backups of jobs.db.
    package var backups: FilePath { Self.backups(in: path) }

    /// Returns the path of a home's jobs.db, for readers that do not own the home.
    ///
    /// - Parameter home: The path of the home.
    /// - Returns: The path of the file.
    package static func database(in home: FilePath) -> FilePath { home.appending("jobs.db") }

    /// Returns the path of the file with the conversations that the server keeps.
    ///
    /// - Parameter home: The path of the home.
    /// - Returns: The path of the file.
    package static func sessions(in home: FilePath) -> FilePath { home.appending("sessions.db") }

    /// Returns the path of a home's keys.db, which the server and commands use at the same time.
    ///
    /// - Parameter home: The path of the home.
    /// - Returns: The path of the file.
    package static func keys(in home: FilePath) -> FilePath { home.appending("keys.db") }

    /// Returns the folder of the prompts that engines have stored.
    ///
    /// - Parameter home: The path of the home.
    /// - Returns: The path of the folder.
    package static func prompts(in home: FilePath) -> FilePath { home.appending("prompts") }

    /// Returns the folder that engines may use as their home.
    ///
    /// - Parameter home: The path of the home.
    /// - Returns: The path of the folder.
    package static func engines(in home: FilePath) -> FilePath { home.appending("engines") }

    /// Returns the folder of the backups of a home's jobs.db.
    ///
    /// - Parameter home: The path of the home.
    /// - Returns: The path of the folder.
    package static func backups(in home: FilePath) -> FilePath { home.appending("backups") }

    /// The folder of the engine sockets: in the home, or, when its path is too long for a socket, in the system's
    /// temporary folder. The path is the same at every start, so that the sockets of a killed server are found.
    package var socketDirectory: FilePath {
        let inside = path.appending("run")
        guard inside.string.utf8.count > 80 else { return inside }
        return FilePath("/tmp/roost-\(getuid())-\(SHA256.hash(data: path.string.utf8).prefix(8).hexadecimal)")
    }

    private static func owner(in lock: FileDescriptor) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = bytes.withUnsafeMutableBytes { (try? lock.read(fromAbsoluteOffset: 0, into: $0)) ?? 0 }
        return Int(String(decoding: bytes.prefix(count), as: UTF8.self).filter(\.isNumber))
    }
}
