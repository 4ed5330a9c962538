public import Foundation
import GRDB
public import RoostCore

/// Replaces jobs.db with a backup, or removes it to start again. The server must not run: hold the lock of the home
/// folder.
public enum JobRestore {
    /// The result of a restore or reset.
    public struct Summary: Sendable, Hashable, Codable {
        /// The path of jobs.db.
        public let path: String
        /// The number of jobs now; `nil` if the file was removed.
        @ExplicitNull public private(set) var jobs: Int?
        /// The backup of the previous file; `nil` if there was no file or it was damaged.
        @ExplicitNull public private(set) var saved: String?
        /// The path where the previous file is kept, if it was damaged.
        @ExplicitNull public private(set) var quarantinedPath: String?

        enum CodingKeys: String, CodingKey {
            case path, jobs, saved
            case quarantinedPath = "quarantined_path"
        }
    }

    /// Replaces jobs.db with a copy of a backup. The backup is kept. The previous file is kept too, as a backup, or set
    /// aside if it is damaged.
    ///
    /// If the process is killed at any moment, jobs.db is the complete old or the complete new file.
    ///
    /// - Parameters:
    ///   - backup: The backup.
    ///   - path: The path of jobs.db; the file need not exist.
    ///   - backups: The folder for the backup of the present file.
    ///   - date: The current time, for names.
    /// - Returns: The result.
    /// - Throws: `RoostError` if the backup is not a sound jobs.db that this version can read, if the present file is
    ///   not a jobs.db, or if another program has it open. Both files are then unchanged.
    public static func restore(backup: String, to path: String, backups: JobBackupFolder, date: Date = Date()) throws -> Summary {
        let path = DurableFile.resolved(path)
        try verify(backup)
        try DurableFile.removeLeftovers(of: path)
        let temporary = DurableFile.partialName(for: path)
        defer { DurableFile.discard(temporary) }
        let copy = try JobBackup.make(of: backup, to: temporary)
        let (saved, quarantined) = try setAside(path, replacement: temporary, reason: .beforeRestore, backups: backups, date: date)
        return Summary(path: path, jobs: copy.jobs, saved: saved, quarantinedPath: quarantined)
    }

    /// Removes jobs.db after a backup. The next start of the server creates a new one.
    ///
    /// - Parameters:
    ///   - path: The path of jobs.db.
    ///   - backups: The folder for the backup.
    ///   - date: The current time, for names.
    /// - Returns: The result.
    /// - Throws: `RoostError` if there is no file, it is not a jobs.db, or another program has it open. The file is
    ///   then unchanged.
    public static func reset(path: String, backups: JobBackupFolder, date: Date = Date()) throws -> Summary {
        let path = DurableFile.resolved(path)
        guard try DurableFile.size(of: path) != nil else { throw RoostError(.database, "There is no \(path) to remove.") }
        let (saved, quarantined) = try setAside(path, replacement: nil, reason: .beforeReset, backups: backups, date: date)
        return Summary(path: path, jobs: nil, saved: saved, quarantinedPath: quarantined)
    }

    private static func verify(_ backup: String) throws {
        do {
            let inspection = try JobFileInspection(path: backup)
            try inspection.refuseUnusable()
            guard inspection.kind != .absent else { throw RoostError(.database, "There is no backup at \(backup).") }
            let findings = try JobFileCheck.quickCheckAtRest(backup)
            guard findings.isEmpty else {
                throw RoostError(
                    .database, "\(backup) is damaged: \(findings[0]). Choose another backup.",
                    context: ["findings": findings.joined(separator: "; ")])
            }
        } catch {
            throw JobFileConnection.failure(error, "restored", backup)
        }
    }

    /// Sets the file at the path aside and puts the replacement there.
    private static func setAside(
        _ path: String, replacement: String?, reason: JobBackupReason, backups: JobBackupFolder, date: Date
    ) throws -> (saved: String?, quarantined: String?) {
        switch try condition(path) {
        case .damaged:
            let quarantine = JobFileQuarantine.name(for: path, at: date)
            try JobFileQuarantine.exchange(path, with: replacement, quarantine: quarantine)
            try JobRecoveryReport.forget(beside: path)
            return (nil, quarantine)
        case .empty, .sound:
            let saved = try condition(path) == .sound ? backups.make(of: path, reason: reason, at: date).path : nil
            try fold(path)
            if let replacement {
                try DurableFile.copyOwner(of: path, to: replacement)
                try DurableFile.move(replacement, to: path)
            } else {
                try DurableFile.remove(path)
            }
            try JobRecoveryReport.forget(beside: path)
            try DurableFile.flushFolder(of: path)
            return (saved, nil)
        }
    }

    private enum Condition { case empty, sound, damaged }

    /// A newer schema is accepted here, because the file is only copied.
    private static func condition(_ path: String) throws -> Condition {
        do {
            let inspection = try JobFileInspection(path: path)
            switch inspection.kind {
            case .absent: return .empty
            case .newer: break
            default: try inspection.refuseUnusable()
            }
            return try JobFileCheck.quickCheck(path).isEmpty ? .sound : .damaged
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            return .damaged
        }
    }

    /// Empties and removes the write-ahead log, so that it is never applied to another file. SQLite does this only if
    /// no other program has the file open.
    private static func fold(_ path: String) throws {
        if try DurableFile.size(of: path) ?? 0 > 0 {
            do {
                let queue = try JobFileConnection.writing(path)
                defer { try? queue.close() }
                try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
            } catch {
                throw JobFileConnection.failure(error, "replaced", path)
            }
        }
        for suffix in DurableFile.companions { try DurableFile.remove(path + suffix) }
    }
}
