import GRDB
import GRDBSQLite
import RoostCore
import Synchronization
import SystemPackage

/// The file beside jobs.db that the writer appends every commit to. SQLite writes it; this looks after what SQLite leaves to its user: when it is
/// emptied into jobs.db, and what becomes of it after a failed fsync.
///
/// The lock of the writer's queue protects it: nothing here is called from two threads at once.
final class WriteAheadLog: Sendable {
    /// Sixteen megabytes at SQLite's page size. Most pages change again and again, so a checkpoint of four times the log costs little more.
    private static let longLog = 4000
    private static let chunk = 1 << 16

    private let path: String
    private let pages = Atomic(0)
    private let doubtful = Atomic(false)

    /// - Parameter database: The path of jobs.db.
    init(database: String) { path = database + "-wal" }

    /// Whether an fsync failed since the log was last written completely.
    var isDoubtful: Bool { doubtful.load(ordering: .relaxed) }

    /// To be called when a write or an fsync failed.
    func doubt() { doubtful.store(true, ordering: .relaxed) }

    /// Whether it is time for a checkpoint.
    var isLong: Bool { pages.load(ordering: .relaxed) >= Self.longLog }

    /// To be called after a checkpoint; the next commit tells whether it could move everything.
    func hasBeenCheckpointed() { pages.store(0, ordering: .relaxed) }

    /// Hears from now on how long the log is, in the place of SQLite's own automatic checkpoint: that one hides its errors, and the failed fsync
    /// of a log is not to be hidden.
    ///
    /// - Parameter database: The writer's connection; it must end before this object does.
    /// - Throws: `DatabaseError`.
    func observe(_ database: Database) throws {
        try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
        sqlite3_wal_hook(
            database.sqliteConnection,
            { log, _, _, pages in
                if let log { Unmanaged<WriteAheadLog>.fromOpaque(log).takeUnretainedValue().pages.store(Int(pages), ordering: .relaxed) }
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Writes the log's own bytes over it and waits until they are on the disk.
    ///
    /// When an fsync fails, Linux marks the pages as clean all the same, and a later fsync succeeds without writing them. A commit that did without
    /// an fsync of its own would then be missing after a power cut, and SQLite ends its reading of the log at the first gap: before whatever was
    /// committed and acknowledged behind it. Only bytes that are written again are certain to reach the disk.
    ///
    /// To be called in a transaction, which keeps every other writer out. SQLite has no locks on this file that closing it could drop.
    ///
    /// - Throws: `DatabaseError` while the disk still refuses.
    func writeAnew() throws {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readWrite)
            try file.closeAfter { try Self.copyOntoItself(file) }
            try DurableFile.flush(path)
        } catch {
            throw DatabaseError(resultCode: .SQLITE_IOERR, message: "the write-ahead log cannot be made sure: \(error)")
        }
        doubtful.store(false, ordering: .relaxed)
    }

    private static func copyOntoItself(_ file: FileDescriptor) throws {
        try withUnsafeTemporaryAllocation(byteCount: chunk, alignment: 8) { buffer in
            var offset: Int64 = 0
            while case let count = try file.read(fromAbsoluteOffset: offset, into: buffer), count > 0 {
                try file.writeAll(toAbsoluteOffset: offset, UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                offset += Int64(count)
            }
        }
    }
}
