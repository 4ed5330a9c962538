import JobStoreSQLite
import RoostCore

/// The answer to `GET /health`.
struct HealthReport: Encodable, Sendable {
    /// The state of jobs.db.
    struct DatabaseHealth: Encodable, Sendable {
        /// `ok`, `recovered` (it was damaged and repaired), `read_only` (changes cannot be written) or `unreadable`.
        let status: String
        /// The repair at this start, if there was one.
        @ExplicitNull var recovery: JobRecoveryReport?
    }

    /// `ok` or `degraded`.
    let status: String
    let database: DatabaseHealth
    /// The number of queued and running jobs; `nil` when they cannot be counted.
    @ExplicitNull var activeJobs: Int?
    /// The problems: sentences for the operator.
    let problems: [String]

    /// Creates a report.
    ///
    /// - Parameters:
    ///   - counts: The number of jobs by status, or why they cannot be counted.
    ///   - recovery: The repair at this start.
    ///   - writeFailure: Why jobs.db cannot be written.
    ///   - backupFailure: Why the last scheduled backup failed.
    init(counts: Result<[String: Int], any Error>, recovery: JobRecoveryReport?, writeFailure: String?, backupFailure: String?) {
        var problems: [String] = []
        var state = "ok"
        if let recovery {
            state = "recovered"
            problems.append(recovery.message)
        }
        if let writeFailure {
            state = "read_only"
            problems.append(writeFailure)
        }
        switch counts {
        case .success(let counts):
            activeJobs = [JobStatus.queued, .running].reduce(0) { $0 + (counts[$1.rawValue] ?? 0) }
        case .failure(let error):
            state = "unreadable"
            activeJobs = nil
            problems.append("\(error)")
        }
        if let backupFailure { problems.append("The last scheduled backup of jobs.db failed: \(backupFailure)") }
        database = DatabaseHealth(status: state, recovery: recovery)
        status = problems.isEmpty ? "ok" : "degraded"
        self.problems = problems
    }

    private enum CodingKeys: String, CodingKey {
        case status, database
        case activeJobs = "active_jobs"
        case problems
    }
}
