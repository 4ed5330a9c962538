import Dispatch
import Foundation
import JobStore
import JobStoreSQLite
import Logging
import RoostCore
import ServiceLifecycle
import Synchronization

/// Deletes old finished jobs by the settings, and makes backups of jobs.db. A failed round is logged, reported by `GET
/// /health` and repeated an hour later; it never stops the server.
final class MaintenanceService: Service {
    /// The intervals and limits.
    struct Configuration: Sendable {
        /// The number of days after which finished jobs are deleted; 0 keeps them.
        var retentionDays = 0
        /// The number of finished jobs of each model that are kept; 0 keeps all.
        var retentionPerModel = 0
        /// The seconds between two backups; 0 for no backups.
        var backupInterval: TimeInterval = 86_400
        /// The number of scheduled backups that are kept.
        var backupKeep = 7
        /// The longest pause between two rounds.
        var roundInterval: Duration = .seconds(3600)

        /// Creates a configuration from the settings.
        ///
        /// - Parameter settings: The settings.
        init(_ settings: ServerSettings) {
            retentionDays = settings.jobRetentionDays
            retentionPerModel = settings.jobRetentionPerModel
            backupInterval = TimeInterval(settings.backupIntervalHours) * 3600
            backupKeep = settings.backupKeep
        }
    }

    private let configuration: Configuration
    private let database: JobDatabase
    private let backups: JobBackupFolder
    private let time: TimeSource
    private let onDeletion: @Sendable () async -> Void
    private let logger: Logger
    private let backupFailure = Mutex<String?>(nil)

    /// Creates a service; its work begins with `run()`.
    ///
    /// - Parameters:
    ///   - configuration: The intervals and limits.
    ///   - database: The database, and the clock.
    ///   - backups: The folder of the backups.
    ///   - time: The time of backups and waits.
    ///   - onDeletion: Is called after jobs were deleted.
    ///   - logger: The logger.
    init(
        configuration: Configuration, database: JobDatabase, backups: JobBackupFolder,
        time: TimeSource = TimeSource(), onDeletion: @escaping @Sendable () async -> Void, logger: Logger
    ) {
        self.configuration = configuration
        self.database = database
        self.backups = backups
        self.time = time
        self.onDeletion = onDeletion
        self.logger = logger
    }

    /// Why the last scheduled backup failed; `nil` when it succeeded or none was due yet.
    var lastBackupFailure: String? { backupFailure.withLock { $0 } }

    /// Works until the server stops; a backup that is being made is finished first.
    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.deleteOldJobs()
                await self.backUpIfDue()
                try? await self.time.sleep(self.pause())  // Only cancellation throws here, and the loop looks for it.
            }
        }
    }

    private func deleteOldJobs() async {
        do {
            if configuration.retentionDays > 0 {
                await report(try await database.deleteOldJobs(days: configuration.retentionDays), "older than \(configuration.retentionDays) days")
            }
            if configuration.retentionPerModel > 0 {
                let kept = configuration.retentionPerModel
                await report(try await database.deleteJobs(butNewest: kept), "not among the newest \(kept) of their model")
            }
        } catch is CancellationError {
            // The server stops.
        } catch {
            logger.error("old jobs cannot be deleted; trying again within the hour", metadata: ["error": "\(error)"])
        }
    }

    private func report(_ deleted: Int, _ which: String) async {
        guard deleted > 0 else { return }
        logger.notice("deleted finished jobs that were \(which)", metadata: ["jobs": "\(deleted)"])
        await onDeletion()
    }

    private func backUpIfDue() async {
        guard configuration.backupInterval > 0, secondsUntilBackup() <= 0 else { return }
        do {
            // A file without jobs is not worth a backup, and must not replace older ones.
            guard try await !database.jobs(matching: JobFilter(limit: 1)).isEmpty else { return }
            let summary = try await backUp()
            backupFailure.withLock { $0 = nil }
            logger.info("jobs.db saved", metadata: ["backup": "\(summary.path)", "bytes": "\(summary.bytes)", "jobs": "\(summary.jobs)"])
        } catch is CancellationError {
            // The server stops.
        } catch {
            backupFailure.withLock { $0 = "\(error)" }
            logger.error("the scheduled backup failed; trying again within the hour", metadata: ["error": "\(error)"])
        }
    }

    /// Copying blocks a thread as long as the disk needs, so it has its own.
    private func backUp() async throws -> JobBackup.Summary {
        let (backups, path, keep, now) = (backups, database.path, configuration.backupKeep, time.date())
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .utility).async {
                continuation.resume(
                    with: Result {
                        let summary = try backups.make(of: path, reason: .scheduled, at: now)
                        try backups.rotate(keeping: keep, at: now)
                        return summary
                    })
            }
        }
    }

    /// The time until the next round: at most an hour, or until the next backup is due.
    private func pause() -> Duration {
        guard configuration.backupInterval > 0, case let seconds = secondsUntilBackup(), seconds > 0 else { return configuration.roundInterval }
        return min(configuration.roundInterval, .seconds(seconds))
    }

    /// The seconds until the next backup, by the name of the newest scheduled one, so that a restart makes none too
    /// early. A backup with a time in the future was made while the clock was wrong and is ignored; later ones count.
    private func secondsUntilBackup() -> TimeInterval {
        let now = time.date()
        let ages = backups.list(at: now).lazy.filter { $0.reason == .scheduled }.compactMap { $0.date.map(now.timeIntervalSince) }
        guard let age = ages.first(where: { $0 >= 0 }) else { return 0 }
        return configuration.backupInterval - age
    }
}

extension JobBackupFolder.Entry {
    /// The time of the backup; its `time` is a `Timestamp` without the separators that some file systems do not allow.
    fileprivate var date: Date? {
        guard time.count == 20 else { return nil }
        let digits = Array(time)
        let parts = [0..<4, 4..<6, 6..<8, 9..<11, 11..<13, 13..<20].map { String(digits[$0]) }
        return Timestamp(rawValue: "\(parts[0])-\(parts[1])-\(parts[2])T\(parts[3]):\(parts[4]):\(parts[5])").date
    }
}
