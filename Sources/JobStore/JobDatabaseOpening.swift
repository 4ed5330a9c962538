import Foundation
import GRDB
import Logging
import RoostCore

/// What happens to jobs.db before the store uses it: looked at, repaired if it is damaged, migrated if it is old.
struct JobDatabaseOpening {
    let path: String
    let backups: String?
    let logger: Logger

    private var backupFolder: JobBackupFolder {
        JobBackupFolder(path: backups ?? URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent("backups").path)
    }

    /// Makes the file ready.
    ///
    /// - Returns: What was repaired, if anything.
    /// - Throws: `RoostError` with code `database` for a file that is not ours to touch; `DatabaseError`.
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
                "jobs.db of schema \(migration.schema) was brought to \(migration.target); it was saved first",
                metadata: ["backup": "\(migration.backup ?? "")"])
        case .current, .newer, .foreign, .notADatabase: break
        }
        try makePrivate()
        return recovery
    }

    /// A program that was killed, or lost its power, may have left half a transaction in a v1.0 file or in one that was being made: it lies there
    /// until its journal is played back, and is neither damage nor a foreign schema. Another program's file is left to that program.
    private func rollBackUnfinished() throws {
        guard try DurableFile.size(of: path + "-journal") ?? 0 > 0 else { return }
        do {
            switch try JobFileInspection(path: path).kind {
            case .newer, .foreign: return
            case .absent, .documented, .earlier, .current, .notADatabase: break
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            // Half a transaction can look like that.
        }
        do {
            try JobFileConnection.writing(path).close()
        } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
            // What is still wrong now is found and told by whoever looks next.
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

    /// A file that another program made may be readable by everybody.
    private func makePrivate() throws {
        for file in [path, path + "-wal", path + "-shm"] where FileManager.default.fileExists(atPath: file) {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        }
    }

    /// SQLite creates files with mode 0644; ours tell what somebody pulls, so the file is made first. `-wal` and `-shm` get its mode.
    private func createPrivateFile() throws {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw RoostError(.database, "\(path) cannot be created. Check that the folder exists and is writable.")
        }
    }
}
