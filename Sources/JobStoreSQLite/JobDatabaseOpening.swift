import Foundation
import GRDB
import Logging
import RoostCore

/// The steps before the store uses jobs.db: inspect it, repair it if it is damaged, migrate it if its schema is old.
struct JobDatabaseOpening {
    let path: String
    let backups: String?
    let logger: Logger

    private var backupFolder: JobBackupFolder {
        JobBackupFolder(path: backups ?? URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("backups").path)
    }

    /// Prepares the file.
    ///
    /// - Returns: The repair that was made, if any.
    /// - Throws: `RoostError` with code `database` for a file that Roost must not touch; `DatabaseError`.
    func prepare() throws -> JobRecoveryReport? {
        try JobFileQuarantine.finishExchange(of: DurableFile.resolved(path))
        try rollBackUnfinished()
        let recovery = try repairIfDamaged()
        let inspection = try JobFileInspection(path: path)
        try inspection.refuseUnusable()
        switch inspection.kind {
        case .documented(0), .absent:
            try createPrivateFile()
            try migrate()
        case .documented, .earlier:
            let migration = try JobFileMigration.run(path, backups: backupFolder)
            logger.notice(
                "jobs.db was migrated from schema \(migration.schema) to \(migration.target) after a backup",
                metadata: ["backup": "\(migration.backup ?? "")"])
        case .current, .newer, .foreign, .notADatabase: break
        }
        try makePrivate()
        return recovery
    }

    /// Rolls back an unfinished transaction. A program that was killed or lost power may have left one in a v1.0 file
    /// or in a file that was being created. It remains until its journal is played back, and is neither damage nor a
    /// foreign schema. A file of another program is not changed.
    private func rollBackUnfinished() throws {
        guard try DurableFile.size(of: path + "-journal") ?? 0 > 0 else { return }
        do {
            switch try JobFileInspection(path: path).kind {
            case .newer, .foreign: return
            case .absent, .documented, .earlier, .current, .notADatabase: break
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            // An unfinished transaction can cause this error.
        }
        do {
            try JobFileConnection.writing(path).close()
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            // The inspection that follows finds and reports any remaining error.
        }
    }

    private func repairIfDamaged() throws -> JobRecoveryReport? {
        do {
            try JobFileInspection(path: path).refuseUnusable()
            guard FileManager.default.fileExists(atPath: path), try !JobFileCheck.quickCheck(path).isEmpty else { return nil }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            logger.error("jobs.db is damaged", metadata: ["error": "\(error)"])
        }
        return try JobFileRecovery.recover(path: path, backups: backupFolder, logger: logger)
    }

    private func migrate() throws {
        let connection = try DatabaseQueue(path: path, configuration: ConnectionSettings.writer)
        try connection.writeWithoutTransaction { database in
            try database.inTransaction(.immediate) {
                try JobSchema.migrate(database)
                return .commit
            }
        }
        try connection.close()
    }

    /// Restricts the file to its owner: a file that another program created may be readable by all users.
    private func makePrivate() throws {
        for file in [path, path + "-wal", path + "-shm"] where FileManager.default.fileExists(atPath: file) { try DurableFile.makePrivate(file) }
    }

    /// Creates the file in advance, because SQLite creates files with mode 0644 and jobs.db shows what a user pulls.
    /// `-wal` and `-shm` get the same mode.
    private func createPrivateFile() throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw RoostError(.database, "\(path) cannot be created. Check that the folder exists and is writable.")
        }
    }
}
