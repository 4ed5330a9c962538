public import Foundation
import GRDB
public import RoostCore

extension JobDatabase {
    /// Takes the first job of the queue and marks it running: two workers never get the same job.
    ///
    /// First is who has waited longest, where each point of priority counts as ten minutes; paused jobs and jobs whose `run_after` is ahead are
    /// passed over.
    ///
    /// - Parameter owner: The process that claims it.
    /// - Returns: The job with its claim, or `nil` when none may run.
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

    /// Left to itself, SQLite would rather read all queued jobs and sort them.
    fileprivate static let selectQueue = """
        SELECT \(JobRow.list) FROM jobs INDEXED BY jobs_in_queue WHERE \(JobSchema.isReady)
        ORDER BY \(JobSchema.queueRank), rowid
        """

    /// An idle worker's look at the queue costs no write.
    private func hasClaimableJob() throws -> Bool {
        let now = Timestamp(now()).sortKey
        return try read { database in
            if try JobRow.fetchOne(database, sql: Self.selectQueue, arguments: []) != nil { return true }
            return try Row.fetchOne(database, sql: "SELECT 1 FROM jobs INDEXED BY jobs_delayed WHERE \(JobSchema.isDue)", arguments: [now]) != nil
        }
    }

    /// When the next job that waits for its `run_after` may run.
    ///
    /// - Returns: The time, also one that has passed; `nil` when no job waits for one.
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

    /// Changes a running job on behalf of its worker.
    ///
    /// - Parameters:
    ///   - claim: The worker's claim.
    ///   - isProgress: Whether this is only progress, which may be lost in a power cut and costs no fsync.
    ///   - message: What to tell people about it in the history.
    ///   - change: What to change.
    /// - Returns: Whether the claim still holds; if not, nothing was changed.
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
    ///   - message: A sentence for a person.
    ///   - claim: The worker's claim; without it nothing is written.
    /// - Throws: `RoostError` with code `database`.
    public func addNote(_ message: String, to claim: JobClaim) async throws {
        try await change(.relaxed) { transaction in
            if let job = try transaction.job(claim) { try transaction.record(.note, of: job, message: message) }
        }
    }
}

extension JobTransaction {
    /// Puts the jobs whose time has come among those that may run: however many wait for theirs, nobody has to step over them. Where the time of very
    /// many comes at once, each claim puts a part of them there, those that have waited longest first.
    fileprivate func admitDelayed() throws {
        try database.cachedStatement(
            sql: """
                UPDATE jobs SET run_after = NULL WHERE rowid IN (
                    SELECT rowid FROM jobs INDEXED BY jobs_delayed WHERE \(JobSchema.isDue) ORDER BY \(JobSchema.delayKey) LIMIT 500)
                """
        ).execute(arguments: [now.sortKey])
    }

    /// The job to run next. A row of another program whose id nobody can say (bytes that are no text) cannot be run, and is passed over.
    fileprivate func firstInQueue() throws -> Job? {
        let statement = try database.cachedStatement(sql: JobDatabase.selectQueue)
        let rows = try Row.fetchCursor(statement)
        while try rows.next() != nil {
            let waiting = JobRow.decode(ColumnReader(statement))
            if try job(id: waiting.id) == waiting { return waiting }
        }
        return nil
    }

    /// The job, if the claim still holds.
    func job(_ claim: JobClaim) throws -> Job? {
        guard let job = try job(id: claim.jobID), job.status == .running, job.claim == claim else { return nil }
        return job
    }
}

extension Timestamp {
    /// The text that times are compared by: see `JobSchema.creationKey`.
    var sortKey: String { rawValue.hasSuffix("Z") ? String(rawValue.dropLast()) : rawValue }
}
