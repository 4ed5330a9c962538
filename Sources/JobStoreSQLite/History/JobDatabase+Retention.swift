import Foundation
import GRDB
import JobStore
import RoostCore

extension JobDatabase {
    /// Deletes finished jobs by age, by number, or both: see `JobStore.pruneJobs`.
    ///
    /// Times are compared as dates, so rows of other programs with another precision are included. The jobs are examined
    /// a few thousand at a time and deleted in transactions of some milliseconds. So other readers and writers wait only
    /// briefly, at any number of jobs.
    @discardableResult
    public func pruneJobs(days: Int?, keep: Int?, dryRun: Bool) async throws -> Int {
        if let days, days < 0 { throw RoostError(.invalidRequest, "`days` must be zero or more; got \(days).", field: "days") }
        if let keep, keep < 1 { throw RoostError(.invalidRequest, "`keep` must be 1 or more; got \(keep).", field: "keep") }
        let cutoff = days.map { Timestamp(now().addingTimeInterval(-86_400 * Double($0))) }
        var (walk, count) = (RetentionWalk(cutoff: cutoff, keep: keep), 0)
        while !walk.isAtEnd {
            let rows: [RetentionWalk.Candidate]
            (walk, rows) = try await readAside { [walk] database in
                var walk = walk
                let rows = try walk.next(database)
                return (walk, rows)
            }
            count += dryRun ? rows.count : try await delete(rows)
        }
        return count
    }

    /// Deletes a finished job and its history: see `JobStore.deleteJob`.
    public func deleteJob(id: String) async throws {
        var isDeleted = false
        while !isDeleted {
            isDeleted = try await change { transaction in
                guard let job = try transaction.job(id: id) else { throw RoostError.noJob(id) }
                try job.checkDeletable()
                if try transaction.shorten(id) { return false }
                try transaction.database.execute(sql: "DELETE FROM jobs WHERE id = ?", arguments: [id])
                return true
            }
        }
    }

    /// The maximum duration of a transaction that deletes. Other writers wait until it ends.
    private static let longestDeletion: Duration = .milliseconds(10)

    /// Deletes jobs, checking each again in its transaction: the job may have run again, or another job may have
    /// received the row number of a deleted one. Neither has the same `finished_at`.
    private func delete(_ rows: [RetentionWalk.Candidate]) async throws -> Int {
        var (rest, deleted) = (rows[...], 0)
        while !rest.isEmpty {
            let (seen, gone) = try await change { [rest] transaction in
                let end = ContinuousClock.now + Self.longestDeletion
                var (seen, gone) = (0, 0)
                for row in rest {
                    switch try transaction.delete(row) {
                    case .shortened: return (seen, gone)
                    case .gone: gone += 1
                    case .stays: break
                    }
                    seen += 1
                    if ContinuousClock.now >= end { break }
                }
                return (seen, gone)
            }
            rest = rest.dropFirst(seen)
            deleted += gone
        }
        return deleted
    }
}

extension JobTransaction {
    fileprivate enum Deletion { case gone, stays, shortened }

    /// The maximum number of events or files of a job that one transaction deletes.
    private static let mostOfJob = 2000

    fileprivate func delete(_ row: RetentionWalk.Candidate) throws -> Deletion {
        let stillGoes = "FROM jobs WHERE rowid = ? AND finished_at IS ? AND \(RetentionWalk.mayGo)"
        let place: StatementArguments = [row.number, row.finishedAt]
        let ids = try Row.fetchAll(database.cachedStatement(sql: "SELECT id \(stillGoes)"), arguments: place)
        guard let id = ids.first else { return .stays }
        if case .string(let text) = (id[0] as DatabaseValue).storage, try shorten(text) { return .shortened }
        try database.cachedStatement(sql: "DELETE \(stillGoes)").execute(arguments: place)
        return database.changesCount > 0 ? .gone : .stays
    }

    /// Deletes a part of the job's events or files, if there are many. The job itself is deleted in a later
    /// transaction.
    ///
    /// - Returns: Whether there were many.
    fileprivate func shorten(_ id: String) throws -> Bool {
        guard id.isWholeInSQLite else { return false }
        for (table, key) in [("job_events", "seq"), ("job_files", "path")] {
            let many = try database.cachedStatement(sql: "SELECT 1 FROM \(table) WHERE job_id = ? LIMIT 1 OFFSET \(Self.mostOfJob)")
            guard try Row.fetchOne(many, arguments: [id]) != nil else { continue }
            try database.execute(
                sql: """
                    DELETE FROM \(table) WHERE job_id = ?1 AND \(key) IN (SELECT \(key) FROM \(table) WHERE job_id = ?1 ORDER BY \(key) LIMIT \(Self.mostOfJob))
                    """, arguments: [id])
            return true
        }
        return false
    }
}
