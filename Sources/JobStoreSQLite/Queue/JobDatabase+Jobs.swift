import Foundation
import GRDB
import JobStore
public import RoostCore

extension JobDatabase {
    /// Creates a job for a requested pull: see `JobStore.createJob`. The unique index `jobs_active` prevents duplicates.
    public func createJob(_ pull: NewPull) async throws -> Job {
        let job = try Job(pull, id: JobIdentifier.make(at: now()), createdAt: Timestamp(now()))
        return try await change { transaction in
            let insert = try transaction.database.cachedStatement(sql: Self.insertUnlessActive)
            try insert.execute(arguments: StatementArguments(job.columnValues))
            let isNew = transaction.database.changesCount == 1
            let followed = isNew ? job : try Self.active(like: job, in: transaction.database)
            if pull.joinsOwnOnly, followed.userID != job.userID { throw RoostError.pullOfAnother(job.model) }
            if isNew { try transaction.record(.created, of: job) }
            if isNew, job.tags != nil { try JobTags.listWaiting(transaction.database) }
            if let url = pull.callbackURL { try transaction.addWebhook(url, to: followed.id) }
            return followed
        }
    }

    private static let insertUnlessActive = """
        INSERT INTO jobs (\(JobRow.list)) VALUES (\(JobRow.placeholders))
        ON CONFLICT (\(JobSchema.identity)) WHERE \(JobSchema.isUnique) DO NOTHING
        """

    private static func active(like job: Job, in database: Database) throws -> Job {
        let found = try JobRow.fetchOne(
            database,
            sql: """
                SELECT \(JobRow.list) FROM jobs WHERE \(JobSchema.isUnique)
                AND model = ? AND coalesce(quantize, '') = ? AND coalesce(init, 0) = ? AND coalesce(revision, '') = ?
                AND coalesce(allow_patterns, '') = ? AND coalesce(ignore_patterns, '') = ?
                """,
            arguments: [
                job.model, job.quantize ?? "", job.initialize ?? false, job.revision ?? "", job.allowPatterns?.jsonText ?? "",
                job.ignorePatterns?.jsonText ?? "",
            ])
        guard let found else { throw RoostError(.database, "A job could not be written to jobs.db, and there is no identical one.") }
        return found
    }

    /// Returns a job, on the caller's thread: see `JobStore.job(id:)`.
    public func job(id: String) throws -> Job? {
        try read { try JobRow.fetchOne($0, id: id) }
    }

    /// Changes a job in one transaction. Only the columns that differ are written, and the matching event is added to
    /// the history: see `JobStore.changeJob`.
    @discardableResult
    public func changeJob(
        id: String, message: String?, _ transition: @escaping @Sendable (inout Job, Timestamp) throws -> Void
    ) async throws -> Job {
        try await change { transaction in
            guard let before = try transaction.job(id: id) else { throw RoostError.noJob(id) }
            var after = before
            try transition(&after, transaction.now)
            after.id = before.id
            try transaction.saveUnlessIdentical(after, over: before, message: message)
            return after
        }
    }
}

extension JobTransaction {
    /// Saves a change that may make the job active again. Throws if an identical job is active already.
    fileprivate func saveUnlessIdentical(_ after: Job, over before: Job, message: String? = nil) throws {
        do {
            try save(after, over: before, message: message)
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
            throw RoostError.identicalPull(of: after.model, cause: error)
        }
    }
}
