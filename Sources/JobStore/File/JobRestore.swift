public import Foundation
import GRDB
import RoostCore

/// Putting a backup in the place of jobs.db, and starting again with none. The server must not run: hold the home's lock.
public enum JobRestore {
    /// What was done.
    public struct Summary: Sendable, Hashable, Codable {
        /// The path of jobs.db.
        public let path: String
        /// How many jobs it holds now; `nil` when it was removed.
        public let jobs: Int?
        /// The backup that was made of the file that was there; `nil` when there was none, or it was damaged.
        public let saved: String?
        /// Where the file that was there is kept, if it was damaged.
        public let quarantinedPath: String?

        enum CodingKeys: String, CodingKey {
            case path, jobs, saved
            case quarantinedPath = "quarantined_path"
        }

        /// Writes all fields, absent ones as `null`.
        ///
        /// - Parameter encoder: Where to.
        /// - Throws: What the encoder throws.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(path, forKey: .path)
            try container.encode(jobs, forKey: .jobs)
            try container.encode(saved, forKey: .saved)
            try container.encode(quarantinedPath, forKey: .quarantinedPath)
        }
    }

    /// Puts a copy of a backup in the place of jobs.db. The backup stays; so does what was there: as a backup, or set aside if it is damaged.
    ///
    /// Whenever the process is killed, jobs.db is the old or the new file, whole.
    ///
    /// - Parameters:
    ///   - backup: The backup.
    ///   - path: The path of jobs.db; nothing need be there.
    ///   - backups: Where the present file is saved.
    ///   - date: The time, for names.
    /// - Returns: What was done.
    /// - Throws: `RoostError` when the backup is not a sound jobs.db that this version can read, when the present file is not a jobs.db, or another
    ///   program has it open. Both are then as they were.
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

    /// Removes jobs.db after a backup. The next start of the server makes a new one.
    ///
    /// - Parameters:
    ///   - path: The path of jobs.db.
    ///   - backups: Where it is saved.
    ///   - date: The time, for names.
    /// - Returns: What was done.
    /// - Throws: `RoostError` when there is none, it is not a jobs.db, or another program has it open. It is then as it was.
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

    /// Takes what is at the path away, and puts the replacement there.
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

    /// A newer schema is no obstacle here: the file is only copied.
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

    /// Leaves the write-ahead log nothing to hold and removes it, so that it is never read into another file. SQLite does this only when no other
    /// program has the file open.
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
