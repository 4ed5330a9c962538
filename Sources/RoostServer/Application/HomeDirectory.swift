import Foundation
import Hashing
import RoostCore
public import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// `$ROOST_HOME`: made with mode 0700, and owned by one server at a time.
///
/// The owner holds a lock on `roost.lock`, which the system drops when the process ends, however it ends. Only the owner may say that a job
/// marked `running` has no worker.
public final class HomeDirectory: Sendable {
    /// The home.
    public let path: FilePath
    private let lock: FileDescriptor

    /// Makes the folder and takes the lock, which the object keeps as long as it lives.
    ///
    /// - Parameter path: The home; absolute.
    /// - Throws: `RoostError` with code `fileSystem`, or `conflict` naming the process that has the lock.
    public init(claiming path: FilePath) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path.string)
            lock = try FileDescriptor.open(
                path.appending("roost.lock"), .readWrite, options: [.create, .closeOnExec, .noFollow], permissions: .ownerReadWrite)
        } catch {
            throw RoostError(
                .fileSystem,
                "\(path) cannot be used as Roost's home: \((error as? Errno)?.description ?? error.localizedDescription) Choose a folder of your own with ROOST_HOME.",
                cause: error)
        }
        guard flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            // The file is closed by `deinit`, which also runs when a complete object throws here.
            let owner = Self.owner(in: lock)
            throw RoostError(
                .conflict, "Another Roost server\(owner.map { " (process \($0))" } ?? "") uses \(path); stop it, or choose another ROOST_HOME.")
        }
        try Self.write(owner: getpid(), to: lock)
    }

    /// Closing drops the lock. A failure to close can be met with nothing.
    deinit { try? lock.close() }

    /// Where jobs.db is.
    var database: FilePath { Self.database(in: path) }

    /// Where the backups of jobs.db are.
    var backups: FilePath { Self.backups(in: path) }

    /// Where jobs.db of a home is, for those who only read it and need not own the home.
    ///
    /// - Parameter home: The home.
    /// - Returns: The file's path.
    public static func database(in home: FilePath) -> FilePath { home.appending("jobs.db") }

    /// Where the backups of a home's jobs.db are.
    ///
    /// - Parameter home: The home.
    /// - Returns: The folder's path.
    public static func backups(in home: FilePath) -> FilePath { home.appending("backups") }

    /// Where engine sockets live: in the home, or, when its path leaves no room for a socket's name, in a folder of the system's temporary one that is
    /// this home's at every start, so that what a killed server left there is found.
    var socketDirectory: FilePath {
        let inside = path.appending("run")
        guard inside.string.utf8.count > 80 else { return inside }
        return FilePath("/tmp/roost-\(getuid())-\(SHA256.hash(data: path.string.utf8).prefix(8).hexadecimal)")
    }

    private static func owner(in lock: FileDescriptor) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = bytes.withUnsafeMutableBytes { (try? lock.read(fromAbsoluteOffset: 0, into: $0)) ?? 0 }
        return Int(String(decoding: bytes.prefix(count), as: UTF8.self).filter(\.isNumber))
    }

    private static func write(owner: pid_t, to lock: FileDescriptor) throws {
        do {
            try lock.resize(to: 0)
            _ = try lock.writeAll(toAbsoluteOffset: 0, Array("\(owner)\n".utf8))
        } catch {
            throw RoostError(.fileSystem, "roost.lock cannot be written: \(error).", cause: error)
        }
    }
}
