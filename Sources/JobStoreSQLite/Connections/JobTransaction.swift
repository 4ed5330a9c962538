import GRDB
import JobStore
import RoostCore

/// The writer connection inside a transaction. Writes rows and their history together, and collects the new events,
/// which are sent to the watchers after the commit.
final class JobTransaction {
    let database: Database
    /// The time of all rows and events in this transaction.
    let now: Timestamp
    private(set) var events: [JobEvent] = []

    init(database: Database, now: Timestamp) {
        self.database = database
        self.now = now
    }

    func job(id: String) throws -> Job? { try JobRow.fetchOne(database, id: id) }

    /// Writes the columns that differ, and the matching event.
    ///
    /// - Parameters:
    ///   - after: The new state of the job.
    ///   - before: The state of the job in the file.
    ///   - message: A message for users, stored with the event.
    /// - Throws: `RoostError` with code `database` when the result breaks a rule.
    func save(_ after: Job, over before: Job, message: String? = nil) throws {
        let after = try after.checked(changing: before)
        let (old, new) = (before.columnValues, after.columnValues)
        let changed = old.indices.filter { old[$0] != new[$0] }
        guard !changed.isEmpty else { return }
        let assignments = changed.map { "\(JobRow.columns[$0]) = ?" }.joined(separator: ", ")
        let statement = try database.cachedStatement(sql: "UPDATE jobs SET \(assignments) WHERE id = ?")
        try statement.execute(arguments: StatementArguments(changed.map { new[$0] } + [before.id.databaseValue]))
        guard database.changesCount == 1 else { throw RoostError(.database, "Job \(before.id.quotedForPeople) is no longer in jobs.db.") }
        if let kind = JobEvent.Kind(from: before, to: after) { try record(kind, of: after, message: message) }
        if after.status.isFinished != before.status.isFinished { try setWebhook(of: after.id, isDue: after.status.isFinished) }
        if before.status == .running, after.status != .running {
            try database.cachedStatement(sql: Self.forgetInterruptions).execute(arguments: [after.id])
        }
    }

    /// Resets the count of interruptions: the process did not end during this run (see `requeueOrphans`).
    private static let forgetInterruptions = "UPDATE jobs SET interruptions = 0, interrupted_bytes = 0 WHERE id = ? AND interruptions <> 0"

    /// Records an event.
    func record(_ kind: JobEvent.Kind, of job: Job, message: String? = nil) throws {
        var event = JobEvent(
            id: 0, jobID: job.id, time: now, kind: kind, status: job.status, stage: job.stage, message: message?.kept(bytes: Job.longestError))
        try database.cachedStatement(sql: JobEvent.insert).execute(arguments: StatementArguments(event.columnValues.dropFirst()))
        event.id = database.lastInsertedRowID
        events.append(event)
        try database.cachedStatement(sql: Self.forgetOldest).execute(arguments: [job.id, job.id, Self.mostEvents])
    }

    /// The number of events kept for a job, newest first. Without a limit, endless pausing and resuming would fill the
    /// disk.
    static let mostEvents = 10_000
    private static let forgetOldest = """
        DELETE FROM job_events WHERE job_id = ? AND seq <= (SELECT seq FROM job_events WHERE job_id = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)
        """

    /// Sends events that were written by separate SQL statements to the watchers.
    func publish(eventsAfter number: Int64) throws { events += try JobEvent.fetch(database, where: "seq > ?", [number.databaseValue], limit: -1) }

    /// Makes the webhook call due when the job ends. When the job runs again, a call that was not made yet waits for
    /// the next end.
    private func setWebhook(of jobID: String, isDue: Bool) throws {
        let statement = try database.cachedStatement(
            sql: "UPDATE job_webhooks SET next_try = ?, attempts = 0, delivered_at = NULL, error = NULL WHERE job_id = ?")
        try statement.execute(arguments: [isDue ? now.rawValue : nil, jobID])
    }
}
