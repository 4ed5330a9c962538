import Foundation
import GRDB
import RoostCore

extension JobDatabase {
    /// Deletes finished jobs that ended (or, where that is unknown, were created) more than `days` days ago.
    ///
    /// Times are compared as times, so rows written by other programs with another precision count too. Queued and running jobs always stay. Jobs go
    /// in batches of a thousand, so that nobody else waits long. A job stays while somebody has yet to be called about it.
    ///
    /// - Parameters:
    ///   - days: Zero or more.
    ///   - dryRun: Whether only to count.
    /// - Returns: How many jobs were (or would be) deleted.
    /// - Throws: `RoostError` with code `invalidRequest` for negative days, else `database`.
    @discardableResult
    public func deleteOldJobs(days: Int, dryRun: Bool = false) async throws -> Int {
        guard days >= 0 else { throw RoostError(.invalidRequest, "`days` must be zero or more; got \(days).", field: "days") }
        let cutoff = Timestamp(now().addingTimeInterval(-86_400 * Double(days)))
        return try await deleteFinished(
            where: "julianday(coalesce(finished_at, created_at)) < julianday(?) AND \(JobSchema.creationKey) < ?",
            [cutoff.rawValue.databaseValue, cutoff.sortKey.databaseValue], dryRun: dryRun)
    }

    /// Deletes the finished jobs of every model but the newest ones, and those that somebody has yet to be called about.
    ///
    /// - Parameters:
    ///   - count: How many finished jobs of each model stay; 1 or more.
    ///   - dryRun: Whether only to count.
    /// - Returns: How many jobs were (or would be) deleted.
    /// - Throws: `RoostError` with code `invalidRequest` or `database`.
    @discardableResult
    public func deleteJobs(butNewest count: Int, dryRun: Bool = false) async throws -> Int {
        guard count >= 1 else { throw RoostError(.invalidRequest, "`keep` must be 1 or more; got \(count).", field: "keep") }
        return try await deleteFinished(
            where: """
                rowid IN (SELECT row FROM (
                    SELECT rowid AS row, row_number() OVER (PARTITION BY model ORDER BY \(JobSchema.creationKey) DESC, rowid DESC) AS place
                    FROM jobs WHERE status IN ('succeeded', 'failed')) WHERE place > ?)
                """, [count.databaseValue], dryRun: dryRun)
    }

    private static let batch = 1000
    private static let mayGo = """
        status IN ('succeeded', 'failed')
        AND NOT EXISTS (SELECT 1 FROM job_webhooks WHERE job_webhooks.job_id = jobs.id AND next_try IS NOT NULL)
        """

    /// The rows are found aside, on a snapshot. Each batch looks again: a job that was taken up again, or another one that got the number of a deleted
    /// row, has not ended at that time.
    private func deleteFinished(where condition: String, _ arguments: [DatabaseValue], dryRun: Bool) async throws -> Int {
        let rows = try await readAside { database in
            try Row.fetchAll(
                database, sql: "SELECT rowid, finished_at FROM jobs WHERE \(Self.mayGo) AND \(condition)",
                arguments: StatementArguments(arguments)
            ).map { Array($0.databaseValues) }
        }
        if dryRun { return rows.count }
        var deleted = 0
        for start in stride(from: 0, to: rows.count, by: Self.batch) {
            let part = Array(rows[start..<min(start + Self.batch, rows.count)])
            deleted += try await change { transaction in
                let delete = try transaction.database.cachedStatement(
                    sql: "DELETE FROM jobs WHERE rowid = ? AND finished_at IS ? AND \(Self.mayGo)")
                var count = 0
                for row in part {
                    try delete.execute(arguments: StatementArguments(row))
                    count += transaction.database.changesCount
                }
                return count
            }
        }
        return deleted
    }
}
