public import Foundation
import GRDB
public import RoostCore

extension JobDatabase {
    /// Claims the first job of the queue and marks it as running. Two workers never get the same job.
    ///
    /// The first job is the one that has waited longest, where each point of priority counts as ten minutes. Paused
    /// jobs and jobs whose `run_after` is in the future are skipped.
    ///
    /// - Parameter owner: The process that claims it.
    /// - Returns: The job with its claim, or `nil` if no job may run.
    /// - Throws: `RoostError` with code `database`.
    public func claimNextJob(owner: String) async throws -> Job? {
        guard try hasClaimableJob() else { return nil }
        return try await change { transaction in
            try transaction.admitDelayed()
            guard let before = try transaction.firstInQueue() else { return nil }
            var job = before
            job.status = .running
            job.stage = nil
            job.startedAt = transaction.now
            job.finishedAt = nil
            job.error = nil
            job.traceback = nil
            job.runAfter = nil
            job.owner = owner
            job.attempt = job.attempt < ColumnReader.counts.upperBound ? job.attempt + 1 : 1
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

    /// The time when the next delayed job may run.
    ///
    /// - Returns: The time, which may be in the past; `nil` if no job is delayed.
    /// - Throws: `RoostError` with code `database`.
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

    /// Changes a running job for its worker.
    ///
    /// - Parameters:
    ///   - claim: The worker's claim.
    ///   - isProgress: Whether the change is only progress, which may be lost in a power cut and needs no fsync.
    ///   - message: A message for users, stored with the event.
    ///   - change: The change.
    /// - Returns: Whether the claim is still valid; if not, nothing was changed.
    /// - Throws: `RoostError` with code `database`.
    @discardableResult
    public func updateJob(
        _ claim: JobClaim, isProgress: Bool = false, message: String? = nil, _ change: @escaping @Sendable (inout Job) -> Void
    ) async throws -> Bool {
        try await self.change(isProgress ? .relaxed : .full) { transaction in
            guard let before = try transaction.job(claim) else { return false }
            var after = before
            change(&after)
            after.id = before.id
            if after.status != .running { after.owner = nil }
            try transaction.save(after, over: before, message: message)
            return true
        }
    }

    /// Adds a note to the history of a running job.
    ///
    /// - Parameters:
    ///   - message: A sentence for users.
    ///   - claim: The worker's claim. If it is no longer valid, nothing is written.
    /// - Throws: `RoostError` with code `database`.
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
        guard let job = try job(id: claim.jobID), job.status == .running, job.claim == claim else { return nil }
        return job
    }
}

extension Timestamp {
    /// The text for comparing times: see `JobSchema.creationKey`.
    var sortKey: String { rawValue.hasSuffix("Z") ? String(rawValue.dropLast()) : rawValue }
}
