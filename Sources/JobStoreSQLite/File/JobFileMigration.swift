public import Foundation
import GRDB
import RoostCore

/// Migrates a jobs.db from an older schema, or reports what a migration would change. The server migrates when it
/// starts.
public struct JobFileMigration: Sendable, Hashable, Codable {
    /// The file.
    public let path: String
    /// The present schema, such as `v1.0` or `v1.7`.
    public let schema: String
    /// The schema after the migration.
    public let target: String
    /// The number of jobs; all of them are kept.
    public let jobs: Int
    /// The columns to add to the table `jobs`.
    public let columns: [String]
    /// The tables to add.
    public let tables: [String]
    /// The indexes and triggers to add.
    public let indexes: [String]
    /// The indexes to remove because others replace them.
    public let droppedIndexes: [String]
    /// The path of the backup; `nil` if there is nothing to do.
    public let backup: String?

    enum CodingKeys: String, CodingKey {
        case path, schema, target, jobs, columns, tables, indexes, backup
        case droppedIndexes = "dropped_indexes"
    }

    /// Whether the file needs a migration.
    public var isNeeded: Bool { schema != target }

    /// Determines what a migration would change, without changing the file.
    ///
    /// - Parameters:
    ///   - path: The file. No other process may have it open: hold the lock of the home folder.
    ///   - backups: The folder for the backup.
    ///   - date: The time for the backup's name.
    /// - Throws: `RoostError` with code `database` if the file is not a jobs.db, has a newer schema, or cannot be read.
    public init(planning path: String, backups: JobBackupFolder, date: Date = Date()) throws {
        do {
            let inspection = try JobFileInspection(path: path)
            try inspection.refuseUnusable()
            guard inspection.kind != .absent else { throw RoostError(.database, "There is no jobs.db at \(path) to migrate.") }
            let queue = try JobFileConnection.readingAtRest(path)
            defer { try? queue.close() }
            let before = try queue.read { try Self.parts($0) }
            let after = try Self.migrated(before)
            self.path = path
            target = JobSchema.name(of: JobSchema.version)
            schema = inspection.kind.schemaName
            jobs = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM jobs") } ?? 0
            let isNeeded = schema != target
            func added(_ types: [String]) -> [String] {
                after.filter { part in isNeeded && types.contains(part.type) && !before.contains { $0.isSame(as: part) } }.map(\.name)
            }
            columns = added(["column"])
            tables = added(["table"])
            indexes = added(["index", "trigger"])
            droppedIndexes = before.filter { part in isNeeded && !after.contains { $0.isSame(as: part) } }.map(\.name)
            backup = isNeeded ? backups.destination(reason: .beforeMigration, at: date) : nil
        } catch {
            throw JobFileConnection.failure(error, "read", path)
        }
    }

    /// Migrates the file: first a backup, then all changes in one transaction.
    ///
    /// - Parameters:
    ///   - path: The file. No other process may have it open: hold the lock of the home folder.
    ///   - backups: The folder for the backup.
    ///   - date: The time for the backup's name.
    /// - Returns: The changes that were made.
    /// - Throws: `RoostError` if the file is not a jobs.db, is damaged, or the disk is too full. The file is then
    ///   unchanged.
    public static func run(_ path: String, backups: JobBackupFolder, date: Date = Date()) throws -> JobFileMigration {
        let plan = try JobFileMigration(planning: path, backups: backups, date: date)
        guard plan.isNeeded else { return plan }
        var saved: String?
        do {
            saved = try backups.make(of: path, reason: .beforeMigration, at: date).path
            // The Python server's files are readable by all users.
            try DurableFile.makePrivate(path)
            let queue = try JobFileConnection.writing(path)
            defer { try? queue.close() }
            try queue.writeWithoutTransaction { database in
                try database.inTransaction(.immediate) {
                    try JobSchema.migrate(database)
                    return .commit
                }
            }
            return plan
        } catch {
            // A service manager retries again and again; one copy for each try would fill the disk.
            if let saved { try DurableFile.remove(saved) }
            throw JobFileConnection.failure(error, "migrated", path)
        }
    }

    /// A table, an index, a trigger or a column of `jobs`.
    private struct Part {
        let type: String
        let name: String
        let sql: String?

        /// Compares two parts. Indexes differ if their SQL differs; the SQL of a table changes with its columns, so it
        /// is ignored.
        func isSame(as other: Part) -> Bool { name == other.name && (type != "index" || sql == other.sql) }
    }

    private static func parts(_ database: Database) throws -> [Part] {
        let entries = try Row.fetchAll(
            database,
            sql: "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type = 'table' DESC, rowid")
        return entries.map { Part(type: $0[0], name: $0[1], sql: $0[2]) }
            + (try database.columns(in: "jobs").map { Part(type: "column", name: $0.name, sql: nil) })
    }

    /// The parts after a migration, determined with an empty copy of the schema in memory.
    private static func migrated(_ parts: [Part]) throws -> [Part] {
        let queue = try DatabaseQueue()
        return try queue.write { database in
            for sql in parts.compactMap(\.sql) { try database.execute(sql: sql) }
            try JobSchema.migrate(database)
            return try Self.parts(database)
        }
    }
}
