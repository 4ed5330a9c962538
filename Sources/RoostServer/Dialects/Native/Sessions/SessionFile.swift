import Foundation
import GRDB
import HTTPServing
import RoostCore
import Synchronization
import SystemPackage

/// The file of the sessions: opened when it is used first, and begun again if it is damaged.
final class SessionFile: Sendable {
    private static let schema = """
        CREATE TABLE IF NOT EXISTS sessions (
            client TEXT NOT NULL, id TEXT NOT NULL, created REAL NOT NULL, used REAL NOT NULL, messages BLOB NOT NULL, bytes INTEGER NOT NULL,
            PRIMARY KEY (client, id)
        ) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS sessions_used ON sessions (used);
        CREATE INDEX IF NOT EXISTS sessions_bytes ON sessions (client, bytes);
        """

    private let path: FilePath
    private let opened = Mutex<DatabaseQueue?>(nil)

    /// Creates the value; the file need not exist.
    init(path: FilePath) { self.path = path }

    /// Runs work in a transaction, and returns when its changes are on the disk.
    ///
    /// - Parameter work: The work; it runs on the database's own thread.
    /// - Returns: The result of `work`.
    /// - Throws: `RoostError` with code `database` or `insufficientSpace`; the errors of `work`.
    func write<Value: Sendable>(_ work: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            let queue = try await WorkThreads.run { try self.open() }
            return try await queue.write(work)
        } catch let error as RoostError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            let isFull = (error as? DatabaseError)?.resultCode == .SQLITE_FULL
            throw RoostError(
                isFull ? .insufficientSpace : .database,
                "The session could not be kept or read in \(path): \(error). \(isFull ? "Free some space" : "Check the file and its folder"), or send the whole conversation without `session_id`.",
                cause: error)
        }
    }

    private func open() throws -> DatabaseQueue {
        try opened.withLock { queue in
            if let queue { return queue }
            let new: DatabaseQueue
            do {
                new = try makeQueue()
            } catch let error as DatabaseError where [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode) {
                // Conversations of an hour are worth less than a server that answers. The file stays for a look at it.
                for end in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path.string + end) {
                    try? FileManager.default.removeItem(atPath: "\(path.string).damaged\(end)")
                    try FileManager.default.moveItem(atPath: path.string + end, toPath: "\(path.string).damaged\(end)")
                }
                new = try makeQueue()
            }
            queue = new
            return new
        }
    }

    private func makeQueue() throws -> DatabaseQueue {
        // SQLite gives its other files the mode of this one.
        try FileDescriptor.open(path, .readWrite, options: [.create, .closeOnExec, .noFollow], permissions: .ownerReadWrite).close()
        var configuration = Configuration()
        configuration.label = "sessions.db"
        configuration.busyMode = .timeout(5)
        configuration.journalMode = .wal
        configuration.prepareDatabase { database in
            // What is deleted is overwritten.
            try database.execute(
                sql: "PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; PRAGMA journal_size_limit = 16777216; PRAGMA fullfsync = ON")
        }
        let queue = try DatabaseQueue(path: path.string, configuration: configuration)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try queue.write { try $0.execute(sql: Self.schema) }
        return queue
    }
}
