import Foundation
import GRDB
public import RoostCore

extension JobDatabase {
    /// Records a pull that was asked for. An identical one that is queued or running is joined: its job is returned instead.
    ///
    /// The look and the insert are one transaction of the only writer, so no second identical job can slip in between.
    ///
    /// - Parameters:
    ///   - model: What was asked for, already checked.
    ///   - quantize: What to do about quantisation.
    ///   - initialize: Whether to load the model once it is here.
    /// - Returns: The job to follow.
    /// - Throws: `RoostError` with code `database` or `insufficientSpace`.
    public func createJob(model: ModelReference, quantize: QuantizationPolicy, initialize: Bool) async throws -> Job {
        let job = Job(
            id: UUID().uuidString.lowercased(), model: model.description, quantize: quantize.rawValue, initialize: initialize,
            createdAt: Timestamp(now()))
        return try await write { database in
            let identical = try Job.fetchOne(
                database,
                sql: """
                    SELECT * FROM jobs WHERE status IN ('queued', 'running') AND model = ? AND quantize IS ? AND init IS ?
                    ORDER BY created_at LIMIT 1
                    """,
                arguments: [job.model, job.quantize, job.initialize])
            if let identical { return identical }
            try job.insert(database)
            return job
        }
    }

    /// One job.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job, or `nil` if there is none.
    /// - Throws: `RoostError` with code `database`.
    public func job(id: String) async throws -> Job? {
        try await read { try Job.fetchOne($0, sql: "SELECT * FROM jobs WHERE id = ?", arguments: [id]) }
    }

    /// Changes a job in one transaction. Only the columns that differ are written.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - status: Change it only while it has this status; `nil` for any. A worker that lost its job is refused by this.
    ///   - change: What to change. The id stays as it is.
    /// - Returns: Whether there was such a job.
    /// - Throws: `RoostError` with code `database`, also when the result breaks a rule: a status outside the documented four, a progress outside
    ///   0…1, more bytes than the total.
    @discardableResult
    public func updateJob(id: String, ifStatus status: JobStatus? = nil, _ change: @escaping @Sendable (inout Job) -> Void) async throws -> Bool {
        try await write { database in
            guard let before = try Job.fetchOne(database, sql: "SELECT * FROM jobs WHERE id = ?", arguments: [id]) else { return false }
            guard status == nil || before.status == status else { return false }
            var after = before
            change(&after)
            after.id = before.id
            try after.checkRules()
            try after.updateChanges(database, from: before)
            return true
        }
    }

    /// Every job, newest first.
    ///
    /// - Returns: The jobs.
    /// - Throws: `RoostError` with code `database`.
    public func allJobs() async throws -> [Job] { try await jobs(matching: JobFilter()) }

    /// The jobs that a filter lets through, newest first.
    ///
    /// - Parameter filter: Which ones.
    /// - Returns: The jobs.
    /// - Throws: `RoostError` with code `database`.
    public func jobs(matching filter: JobFilter) async throws -> [Job] {
        try await read { database in
            var request = Job.order(sql: "created_at DESC, rowid DESC")
            if let status = filter.status { request = request.filter(Column("status") == status.rawValue) }
            if let model = filter.model { request = request.filter(Column("model") == model) }
            if let limit = filter.limit { request = request.limit(limit) }
            return try request.fetchAll(database)
        }
    }

    /// How many jobs there are of each status.
    ///
    /// - Returns: Counts by status; statuses without a job are absent.
    /// - Throws: `RoostError` with code `database`.
    public func jobCounts() async throws -> [String: Int] {
        try await read { database in
            let rows = try Row.fetchAll(database, sql: "SELECT status, COUNT(*) AS count FROM jobs GROUP BY status")
            return Dictionary(uniqueKeysWithValues: rows.map { ($0["status"] as String, $0["count"] as Int) })
        }
    }

    /// Deletes finished jobs that ended (or, where that is unknown, were created) more than `days` days ago.
    ///
    /// Times are compared as times, so rows written by other programs with another precision count too. Queued and running jobs always stay.
    ///
    /// - Parameter days: Zero or more.
    /// - Returns: How many jobs were deleted.
    /// - Throws: `RoostError` with code `invalidRequest` for negative days, else `database`.
    @discardableResult
    public func deleteOldJobs(days: Int) async throws -> Int {
        guard days >= 0 else { throw RoostError(.invalidRequest, "`days` must be zero or more; got \(days).", field: "days") }
        let cutoff = Timestamp(now().addingTimeInterval(-86_400 * Double(days)))
        return try await write { database in
            try database.execute(
                sql: """
                    DELETE FROM jobs WHERE status IN ('succeeded', 'failed')
                    AND julianday(COALESCE(finished_at, created_at)) < julianday(?)
                    """,
                arguments: [cutoff.rawValue])
            return database.changesCount
        }
    }
}

extension Job {
    /// The rules that every row written by Roost keeps.
    fileprivate func checkRules() throws {
        guard JobStatus.documented.contains(status) else {
            throw RoostError(.database, "A job cannot get the status \(status.rawValue.quotedForPeople); only the documented four exist.")
        }
        if let progress, !(0...1).contains(progress) {
            throw RoostError(.database, "A job's progress is 0.0 … 1.0, not \(progress).")
        }
        if let downloadedBytes, let totalBytes, downloadedBytes > totalBytes {
            throw RoostError(.database, "A job cannot have \(downloadedBytes) of \(totalBytes) bytes.")
        }
    }
}
