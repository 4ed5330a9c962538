public import Foundation
public import Logging
import RoostCore

/// Repairs a damaged jobs.db.
public enum JobFileRecovery {
    /// Sets the damaged file aside and replaces it with a sound file: all rows that are still readable, and for missing
    /// rows those of the newest good backup.
    ///
    /// Call it when SQLite reports corruption (`SQLITE_CORRUPT`, or findings of a check), with no connection to the
    /// file open. Do not call it for a file that is busy, cannot be opened or does not fit on the disk: such a file is
    /// not damaged. A newer or foreign file and a file that is not a database are refused and not changed. If the
    /// repair fails, for example for lack of space, the damaged file remains in place.
    ///
    /// - Parameters:
    ///   - path: The damaged file.
    ///   - backups: The folder of backups.
    ///   - logger: The logger for the steps of the repair.
    ///   - date: The current time, for names and the report.
    /// - Returns: The report, which is also written beside the file.
    /// - Throws: `RoostError` with code `database`, `insufficientSpace` or `fileSystem`.
    public static func recover(path: String, backups: JobBackupFolder, logger: Logger, date: Date = Date()) throws -> JobRecoveryReport {
        let path = DurableFile.resolved(path)
        try refuseOthers(path)
        logger.error("jobs.db is damaged; its readable rows are being saved", metadata: ["file": "\(path)"])
        try DurableFile.removeLeftovers(of: path)
        let replacement = DurableFile.partialName(for: path)
        defer { DurableFile.discard(replacement) }
        do {
            try DurableFile.createPrivate(replacement)
            let backup = backups.newestGood()
            let outcome = try JobFileSalvage(path: path, backup: backup?.path).build(replacement)
            try DurableFile.flush(replacement)
            let quarantine = JobFileQuarantine.name(for: path, at: date)
            try JobFileQuarantine.exchange(path, with: replacement, quarantine: quarantine)
            let report = JobRecoveryReport(
                time: Timestamp(date), quarantinedPath: quarantine, salvagedJobs: outcome.salvagedJobs, restoredJobs: outcome.restoredJobs,
                backup: outcome.backup, message: sentence(outcome, quarantine))
            logger.error("jobs.db was repaired", metadata: ["report": "\(report.message)"])
            keep(report, beside: path, logger)
            return report
        } catch {
            throw JobFileConnection.failure(error, "repaired", path)
        }
    }

    private static func refuseOthers(_ path: String) throws {
        guard try JobFileHeader(path: path) != nil else { throw RoostError(.database, "There is no file \(path) to repair.") }
        try JobFileCheck.refuseUnusable(path)
    }

    private static func sentence(_ outcome: JobFileSalvage.Outcome, _ quarantine: String) -> String {
        let jobs = outcome.salvagedJobs == 1 ? "1 job was" : "\(outcome.salvagedJobs) jobs were"
        let missing =
            if let backup = outcome.backup {
                " \(outcome.isComplete ? "Parts of their history" : "\(outcome.restoredJobs) more") came from the backup \(URL(fileURLWithPath: backup).lastPathComponent); what was written to the damaged pages since is lost."
            } else if !outcome.isComplete {
                " Some rows could not be read, and there is no good backup to take them from."
            } else {
                ""
            }
        return "jobs.db was damaged: \(jobs) read from it.\(missing) The damaged file is kept as \(quarantine)."
    }

    private static func keep(_ report: JobRecoveryReport, beside path: String, _ logger: Logger) {
        do {
            try report.keep(beside: path)
        } catch {
            logger.warning("the report of the repair could not be kept", metadata: ["error": "\(error)"])
        }
    }
}
