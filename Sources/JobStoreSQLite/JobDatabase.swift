public import Foundation
package import GRDB
public import JobStore
public import Logging
import RoostCore
import Synchronization

/// The database jobs.db: the durable record of all pulls.
///
/// Only one process writes. Every acknowledged change of a job's state is on disk before the call returns (WAL,
/// `synchronous=FULL`). A change that has begun is completed even if the caller is cancelled. The file never contains
/// credentials.
public final class JobDatabase: JobStore {
    /// The file's path.
    public let path: String
    /// The repair that was made when the file was opened; `nil` if the file was sound.
    public let recovery: JobRecoveryReport?
    let now: @Sendable () -> Date
    let writer: JobWriter
    let readers: ReaderPool
    let feed: JobEventFeed
    private let isClosed = Mutex(false)

    /// Opens the file. If it does not exist, creates it with mode 0600 and the documented schema. A file of schema v1.0
    /// is backed up and migrated in place. A damaged file is set aside and replaced by its readable rows, completed
    /// from the newest good backup.
    ///
    /// - Parameters:
    ///   - path: The file's path; its folder must exist.
    ///   - backups: The folder of backups; `nil` for `backups` beside the file.
    ///   - logger: The logger for repairs.
    ///   - now: The clock for all timestamps.
    /// - Throws: `RoostError` with code `database` if the file is not a jobs.db, has a newer schema or cannot be
    ///   opened. The file is then unchanged.
    public init(path: String, backups: String? = nil, logger: Logger, now: @escaping @Sendable () -> Date = { Date() }) throws {
        self.path = path
        self.now = now
        let feed = JobEventFeed()
        self.feed = feed
        do {
            let opening = JobDatabaseOpening(path: path, backups: backups, logger: logger)
            recovery = try opening.prepare()
            writer = try JobWriter(path: path, now: { Timestamp(now()) }, logger: logger, onEvents: { feed.publish($0) })
            readers = try ReaderPool(path: path)
        } catch let error as RoostError {
            throw error.adding("file", path)
        } catch {
            throw RoostError(.database, "\(path) cannot be opened: \(error). Check that the folder exists and is writable.", cause: error)
        }
    }

    /// Closes the file. Using the object afterwards throws; closing it again has no effect.
    ///
    /// The write-ahead log is moved into the file first, so that a copy of jobs.db from a stopped server is complete.
    ///
    /// - Throws: `RoostError` with code `database`.
    public func close() throws {
        let wasClosed = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return isClosed
        }
        if wasClosed { return }
        feed.finish()
        do {
            // The readers are closed first: an open reader would keep the log from being emptied.
            let readersEnd = Result { try readers.close() }
            try writer.close()
            try readersEnd.get()
        } catch {
            throw RoostError.wrapping(error, as: .database, "jobs.db could not be closed")
        }
    }

    /// The version of the SQLite library in use, such as `3.51.3`.
    public static var sqliteVersion: String { JobFileCheck.sqliteVersion }
}

extension JobDatabase {
    /// Runs a short query on a reader connection, on the caller's thread.
    func read<Value>(_ query: (Database) throws -> Value) throws -> Value {
        do {
            return try readers.read(query)
        } catch {
            throw Self.describe(error, doing: "read")
        }
    }

    /// Runs a query that may take long, on a separate thread.
    func readAside<Value: Sendable>(_ query: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await readers.readAside(query)
        } catch {
            throw Self.describe(error, doing: "read")
        }
    }

    /// Makes a change on the writer and completes it even if the caller is cancelled. For tests that need their own
    /// SQL.
    package func write<Value: Sendable>(_ change: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await self.change(.full) { try change($0.database) }
    }

    /// Makes a change of jobs and their history on the writer and completes it even if the caller is cancelled.
    func change<Value: Sendable>(
        _ durability: JobWriter.Durability = .full, _ change: @escaping @Sendable (JobTransaction) throws -> Value
    ) async throws -> Value {
        do {
            return try await writer.perform(durability, change)
        } catch {
            throw Self.describe(error, doing: "written")
        }
    }

    private static func describe(_ error: any Error, doing verb: String) -> any Error {
        if error is CancellationError { return error }
        guard let failure = error as? DatabaseError else { return RoostError.wrapping(error, as: .database, "jobs.db could not be \(verb)") }
        switch failure.resultCode {
        case .SQLITE_FULL:
            return RoostError(.insufficientSpace, "The disk that holds jobs.db is full; free some space and try again.", cause: failure)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            return RoostError(
                .databaseBusy, "Another program has been writing to jobs.db for half a minute; end it, and try again.", retryAfter: .seconds(5),
                cause: failure)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return RoostError(.database, "jobs.db is damaged; restart the server, which repairs it from its rows and backups.", cause: failure)
        default:
            return RoostError(.database, "jobs.db could not be \(verb): \(failure)", cause: failure)
        }
    }
}

extension JobDatabase {
    /// The journal mode and the writer's `synchronous` level, for tests and `GET /diag`.
    ///
    /// - Returns: `["wal", "2"]` when every acknowledged change survives a power cut.
    /// - Throws: When the file cannot be read.
    package func journalSettings() async throws -> [String] {
        try await writer.withoutTransaction { database in
            [
                try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? "",
                try String.fetchOne(database, sql: "PRAGMA synchronous") ?? "",
            ]
        }
    }

    /// Introduces the bug that the crash tests must detect: commits that a power cut loses.
    package func plantUnsafeSynchronous() async throws {
        try await writer.withoutTransaction { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
    }
}
