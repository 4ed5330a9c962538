import GRDB
import GRDBSQLite
import RoostCore
import Synchronization
import SystemPackage

/// The file beside jobs.db to which the writer appends every commit. SQLite writes it. This class decides when it is
/// emptied into jobs.db and what happens to it after a failed fsync.
///
/// The writer's queue protects it: no two threads call it at the same time.
final class WriteAheadLog: Sendable {
    /// The length that triggers a checkpoint, in pages: sixteen megabytes at SQLite's page size. Most pages change
    /// again and again, so a checkpoint of four times the log costs little more.
    private static let longLog = 4000
    private static let chunk = 1 << 16

    private let path: String
    private let pages = Atomic(0)
    private let doubtful = Atomic(false)

    /// - Parameter database: The path of jobs.db.
    init(database: String) { path = database + "-wal" }

    /// Whether an fsync has failed since the log was last written completely.
    var isDoubtful: Bool { doubtful.load(ordering: .relaxed) }

    /// Marks the log as doubtful, after a failed write or fsync.
    func doubt() { doubtful.store(true, ordering: .relaxed) }

    /// Whether a checkpoint is due.
    var isLong: Bool { pages.load(ordering: .relaxed) >= Self.longLog }

    /// Records a checkpoint. The next commit reports the pages that could not be moved.
    func hasBeenCheckpointed() { pages.store(0, ordering: .relaxed) }

    /// Starts to track the length of the log, in place of SQLite's automatic checkpoint, which hides its errors. A
    /// failed fsync of the log must not be hidden.
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

    /// Writes the log's bytes again, at the same place, and waits until they are on the disk.
    ///
    /// When an fsync fails, Linux marks the pages as clean, and a later fsync succeeds without writing them. A commit
    /// without its own fsync would then be missing after a power cut, and SQLite stops reading the log at the first
    /// gap, before the acknowledged commits that follow. Only bytes that are written again are certain to reach the
    /// disk.
    ///
    /// Call this in a transaction, which excludes all other writers. SQLite has no locks on this file that closing it
    /// could drop.
    ///
    /// - Throws: `DatabaseError` while the disk still fails.
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
