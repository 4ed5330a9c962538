public import Foundation
import GRDB
public import JobStore
public import RoostCore

extension JobDatabase {
    /// Claims the first job of the queue: see `JobStore.claimNextJob`.
    public func claimNextJob(owner: String) async throws -> Job? {
        guard try hasClaimableJob() else { return nil }
        return try await change { transaction in
            try transaction.admitDelayed()
            guard let before = try transaction.firstInQueue() else { return nil }
            var job = before
            job.start(for: owner, at: transaction.now)
            try transaction.save(job, over: before)
            return job
        }
    }

    /// The index is named, because SQLite would otherwise read all queued jobs and sort them.
    fileprivate static let selectQueue = """
        SELECT \(JobRow.list) FROM jobs INDEXED BY jobs_in_queue WHERE \(JobSchema.isReady)
        ORDER BY \(JobSchema.queueRank), rowid
        """

    /// Checks the queue without a write, for idle workers.
    private func hasClaimableJob() throws -> Bool {
        let now = Timestamp(now()).sortKey
        return try read { database in
            if try JobRow.fetchOne(database, sql: Self.selectQueue, arguments: []) != nil { return true }
            return try Row.fetchOne(database, sql: "SELECT 1 FROM jobs INDEXED BY jobs_delayed WHERE \(JobSchema.isDue)", arguments: [now]) != nil
        }
    }

    /// The time when the next delayed job may run, read on the caller's thread: see `JobStore.nextRunAfter`.
    public func nextRunAfter() throws -> Date? {
        let text = try read {
            try ColumnReader.fetchAll(
                $0,
                sql: """
                    SELECT run_after FROM jobs INDEXED BY jobs_delayed WHERE \(JobSchema.isDelayed) ORDER BY \(JobSchema.delayKey) LIMIT 1
                    """, arguments: []
            ) { $0.text(0) }
        }
        return text.first.flatMap { $0 }.flatMap { Timestamp(rawValue: $0).date }
    }

    /// Changes a running job for its worker: see `JobStore.updateJob`. Progress needs no fsync.
    @discardableResult
    public func updateJob(
        _ claim: JobClaim, isProgress: Bool, message: String?, _ change: @escaping @Sendable (inout Job) -> Void
    ) async throws -> Bool {
        try await self.change(isProgress ? .relaxed : .full) { transaction in
            guard let before = try transaction.job(claim) else { return false }
            var after = before
            after.apply(change)
            try transaction.save(after, over: before, message: message)
            return true
        }
    }

    /// Adds a note to the history of a running job: see `JobStore.addNote`.
    public func addNote(_ message: String, to claim: JobClaim) async throws {
        try await change(.relaxed) { transaction in
            if let job = try transaction.job(claim) { try transaction.record(.note, of: job, message: message) }
        }
    }
}

extension JobTransaction {
    /// Moves the delayed jobs that are due to the jobs that may run, so that a claim need not skip delayed jobs. If
    /// very many are due at once, each claim moves a part of them, those that have waited longest first.
    fileprivate func admitDelayed() throws {
        try database.cachedStatement(
            sql: """
                UPDATE jobs SET run_after = NULL WHERE rowid IN (
                    SELECT rowid FROM jobs INDEXED BY jobs_delayed WHERE \(JobSchema.isDue) ORDER BY \(JobSchema.delayKey) LIMIT 500)
                """
        ).execute(arguments: [now.sortKey])
    }

    /// The next job to run. A row of another program whose id is not a valid text cannot run and is skipped.
    fileprivate func firstInQueue() throws -> Job? {
        let statement = try database.cachedStatement(sql: JobDatabase.selectQueue)
        let rows = try Row.fetchCursor(statement)
        while try rows.next() != nil {
            let waiting = Job(ColumnReader(statement))
            if try job(id: waiting.id) == waiting { return waiting }
        }
        return nil
    }

    /// The job, if the claim is still valid.
    func job(_ claim: JobClaim) throws -> Job? {
        guard let job = try job(id: claim.jobID), job.isHeld(by: claim) else { return nil }
        return job
    }
}

extension Timestamp {
    /// The text for comparing times: see `JobSchema.creationKey`.
    var sortKey: String { rawValue.hasSuffix("Z") ? String(rawValue.dropLast()) : rawValue }
}
