import Foundation
import GRDB
public import RoostCore

extension JobDatabase {
    /// Creates a job for a requested pull. If an identical job is queued or running, returns that job instead.
    ///
    /// The unique index `jobs_active` prevents duplicates, even between two callers or two runs of the server.
    ///
    /// A joined job keeps its own priority, tags and user. All requested callbacks are called.
    ///
    /// - Parameter pull: The requested pull.
    /// - Returns: The job to follow.
    /// - Throws: `RoostError` with code `invalidRequest` for a priority outside −100 … 100, `conflict` for too many
    ///   callbacks, `database` or `insufficientSpace`.
    public func createJob(_ pull: NewPull) async throws -> Job {
        guard Job.priorities.contains(pull.priority) else { throw RoostError.wrongPriority }
        let job = Job(pull, id: JobIdentifier.make(at: now()), createdAt: Timestamp(now()))
        return try await change { transaction in
            let insert = try transaction.database.cachedStatement(sql: Self.insertUnlessActive)
            try insert.execute(arguments: StatementArguments(job.columnValues))
            let isNew = transaction.database.changesCount == 1
            let followed = isNew ? job : try Self.active(like: job, in: transaction.database)
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

    /// Returns a job.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job, or `nil` if there is none.
    /// - Throws: `RoostError` with code `database`.
    public func job(id: String) throws -> Job? {
        try read { try JobRow.fetchOne($0, id: id) }
    }

    /// Changes a job in one transaction. Only the columns that differ are written, and the matching event is added to
    /// the history.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - status: The status that the job must have; `nil` for any.
    ///   - change: The change. It must not change the id.
    /// - Returns: Whether there was such a job.
    /// - Throws: `RoostError` with code `database`, also if the result breaks a rule: a status other than the
    ///   documented four, a progress outside 0…1, more bytes than the total; with code `conflict` if an identical job
    ///   is active.
    @discardableResult
    public func updateJob(id: String, ifStatus status: JobStatus? = nil, _ change: @escaping @Sendable (inout Job) -> Void) async throws -> Bool {
        try await self.change { transaction in
            guard let before = try transaction.job(id: id), status == nil || before.status == status else { return false }
            var after = before
            change(&after)
            after.id = before.id
            try transaction.saveUnlessIdentical(after, over: before)
            return true
        }
    }
}

extension Job {
    /// The row for a requested pull.
    init(_ pull: NewPull, id: String, createdAt: Timestamp) {
        self.init(
            id: id, model: pull.model.description, quantize: pull.quantize.rawValue, initialize: pull.initialize, createdAt: createdAt)
        revision = pull.revision
        userID = pull.userID
        workspaceID = pull.workspaceID
        priority = pull.priority
        maxRetries = pull.maxRetries
        runAfter = pull.runAfter
        tags = pull.tags.isEmpty ? nil : pull.tags
        // Sorted, so that the same patterns give an identical pull.
        allowPatterns = pull.allowPatterns.map { Set($0).sorted() }
        ignorePatterns = pull.ignorePatterns.map { Set($0).sorted() }
        maxBytesPerSecond = pull.maxBytesPerSecond
    }
}

extension RoostError {
    /// The error for a priority outside the range.
    static var wrongPriority: RoostError { RoostError(.invalidRequest, "`priority` must be a whole number from -100 to 100.", field: "priority") }

    /// The error for an unknown job id.
    static func noJob(_ id: String) -> RoostError {
        RoostError(.notFound, "There is no job \(id.quotedForPeople); `roost jobs`, or GET /jobs, lists them.", field: "id")
    }
}

extension JobTransaction {
    /// Saves a change that may make the job active again. Throws if an identical job is active already.
    func saveUnlessIdentical(_ after: Job, over before: Job, message: String? = nil) throws {
        do {
            try save(after, over: before, message: message)
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
            throw RoostError(
                .conflict, "An identical pull of \(after.model) is queued or running already; follow that one.", field: "id", cause: error)
        }
    }
}
