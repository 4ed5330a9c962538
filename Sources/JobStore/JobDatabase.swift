public import Foundation
import GRDB
public import Logging
import RoostCore

/// jobs.db: the durable record of every pull.
///
/// One process writes. Every acknowledged change is on disk before the call returns (WAL, `synchronous=FULL`), and a change that was begun is
/// finished even when the caller is cancelled in the meantime. No credential ever enters this file.
public final class JobDatabase: Sendable {
    let pool: DatabasePool
    package let now: @Sendable () -> Date
    private let logger: Logger

    /// Opens the file, creating it with mode 0600 and the documented schema when it is absent.
    ///
    /// - Parameters:
    ///   - path: The file's path; its folder must exist.
    ///   - logger: Hears about repairs.
    ///   - now: The clock of all timestamps.
    /// - Throws: `RoostError` with code `database` when the file is not a jobs.db or cannot be opened; the file is then untouched.
    public init(path: String, logger: Logger, now: @escaping @Sendable () -> Date = { Date() }) throws {
        self.now = now
        self.logger = logger
        do {
            try Self.createPrivateFile(path)
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
            }
            pool = try DatabasePool(path: path, configuration: configuration)
            try pool.write { try JobSchema.create(in: $0) }
            // Opening in WAL mode sets NORMAL on the writer after `prepareDatabase` has run, and NORMAL loses acknowledged rows in a power cut.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        } catch let error as RoostError {
            throw error.adding("file", path)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw RoostError(.database, "\(path) is not a SQLite database; move it away or choose another ROOST_HOME.", cause: error)
        } catch {
            throw RoostError(.database, "\(path) cannot be opened: \(error). Check that the folder exists and is writable.", cause: error)
        }
    }

    /// Closes the file. Using the object afterwards throws.
    ///
    /// Everything is moved from the write-ahead log into the file first: the last connection to close is a reader, which cannot do it, and whoever
    /// copies jobs.db of a stopped server should get all of it.
    ///
    /// - Throws: `RoostError` with code `database`.
    public func close() throws {
        do {
            _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        } catch {
            // Nothing is lost: the next start reads the log.
            logger.warning("jobs.db keeps its write-ahead log", metadata: ["error": "\(error)"])
        }
        do {
            try pool.close()
        } catch {
            throw RoostError.wrapping(error, as: .database, "jobs.db could not be closed")
        }
    }

    /// The version of the SQLite library in use, such as `3.51.3`.
    public var sqliteVersion: String {
        get async throws { try await read { try String.fetchOne($0, sql: "SELECT sqlite_version()") ?? "unknown" } }
    }

    /// SQLite creates files with mode 0644; ours tell what somebody pulls, so the file is made first. `-wal` and `-shm` get its mode.
    private static func createPrivateFile(_ path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw RoostError(.database, "\(path) cannot be created. Check that the folder exists and is writable.")
        }
    }
}

extension JobDatabase {
    /// Runs a query on one of the readers.
    func read<Value: Sendable>(_ query: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await pool.read(query)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw RoostError.wrapping(error, as: .database, "jobs.db could not be read")
        }
    }

    /// Runs a change in one transaction on the writer, to its end.
    ///
    /// GRDB throws away a write whose task is cancelled. A job's last state must be written exactly then, so the change runs in a task of its
    /// own that no cancellation reaches.
    func write<Value: Sendable>(_ change: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        let pool = pool
        do {
            return try await Task { try await pool.write(change) }.value
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            throw RoostError(.insufficientSpace, "The disk that holds jobs.db is full; free some space and try again.", cause: error)
        } catch {
            throw RoostError.wrapping(error, as: .database, "jobs.db could not be written")
        }
    }
}

extension JobDatabase {
    /// The journal mode and the writer's `synchronous` level, for tests and `GET /diag`.
    ///
    /// - Returns: `["wal", "2"]` when every acknowledged change survives a power cut.
    /// - Throws: When the file cannot be read.
    package func journalSettings() async throws -> [String] {
        try await pool.writeWithoutTransaction { database in
            [
                try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? "",
                try String.fetchOne(database, sql: "PRAGMA synchronous") ?? "",
            ]
        }
    }
}
