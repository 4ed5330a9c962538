import Foundation
import GRDB
import JobStore
import RoostCore

extension JobDatabase {
    /// Puts the running jobs of an ended process back into the queue: see `JobStore.requeueOrphans`. Only the single
    /// server on this file calls this, once at start: a job that is `running` then has no worker.
    @discardableResult
    public func requeueOrphans(failAfter limit: Int?) async throws -> Int {
        try await change { transaction in
            try transaction.countInterruptions()
            if let limit { try transaction.failInterrupted(limit) }
            let last = try Int64.fetchOne(transaction.database, sql: "SELECT max(seq) FROM job_events") ?? 0
            let again = try limit.map { try transaction.interrupted(atLeast: max(2, $0 * 3 / 4)) } ?? []
            let count = try transaction.requeueRunning()
            try transaction.publish(eventsAfter: last)
            try transaction.shortenWaits()
            for (place, id) in again.enumerated().dropFirst() { try transaction.delay(id, by: Double(place) * 60) }
            return count
        }
    }
}

extension JobTransaction {
    /// Counts the interruptions. New bytes since the last one start the count again.
    fileprivate func countInterruptions() throws {
        try database.execute(
            sql: """
                UPDATE jobs SET
                    interruptions = CASE WHEN coalesce(downloaded_bytes, 0) > interrupted_bytes THEN 1 ELSE min(interruptions, 1000) + 1 END,
                    interrupted_bytes = max(interrupted_bytes, coalesce(downloaded_bytes, 0))
                WHERE status = 'running'
                """)
    }

    fileprivate func failInterrupted(_ limit: Int) throws {
        let ids = try String.fetchAll(
            database, sql: "SELECT id FROM jobs WHERE status = 'running' AND typeof(id) = 'text' AND interruptions >= ?", arguments: [limit])
        for id in ids {
            guard let before = try job(id: id) else { continue }
            var job = before
            job.fail(afterInterruptions: limit, at: now)
            try save(job, over: before, message: job.error)
        }
    }

    /// The ids of the running jobs whose process ended at least that often in a row, those with the fewest
    /// interruptions first.
    fileprivate func interrupted(atLeast count: Int) throws -> [String] {
        try String.fetchAll(
            database,
            sql: """
                SELECT id FROM jobs WHERE status = 'running' AND typeof(id) = 'text' AND interruptions >= ?
                ORDER BY interruptions, \(JobSchema.creationKey), rowid
                """, arguments: [count])
    }

    /// Does what `Job.requeue` does to all running jobs in one statement, because a server may have ten thousand.
    fileprivate func requeueRunning() throws -> Int {
        try database.execute(
            sql: """
                INSERT INTO job_events (job_id, time, kind, status, message)
                SELECT id, ?, 'requeued', 'queued', 'The server that ran it ended.' FROM jobs WHERE status = 'running' AND typeof(id) = 'text'
                """,
            arguments: [now.rawValue])
        try database.execute(sql: "UPDATE jobs SET status = 'queued', stage = NULL, started_at = NULL, owner = NULL WHERE status = 'running'")
        return database.changesCount
    }

    fileprivate func delay(_ id: String, by seconds: Double) throws {
        guard let date = now.date else { return }
        let time = Timestamp(date.addingTimeInterval(seconds)).rawValue
        try database.execute(sql: "UPDATE jobs SET run_after = ? WHERE id = ?", arguments: [time, id])
    }

    /// Shortens the waits that a wrong clock made too long: no pause between two tries is as long as two hours.
    fileprivate func shortenWaits() throws {
        guard let date = now.date else { return }
        let horizon = Timestamp(date.addingTimeInterval(7200))
        try database.execute(
            sql: "UPDATE jobs SET run_after = NULL WHERE \(JobSchema.isDelayed) AND stage = ? AND \(JobSchema.delayKey) > ?",
            arguments: [PullStage.waitingForNetwork.rawValue, horizon.sortKey])
        try database.execute(
            sql: "UPDATE job_webhooks SET next_try = ? WHERE next_try IS NOT NULL AND next_try > ?", arguments: [now.rawValue, horizon.rawValue])
    }
}
