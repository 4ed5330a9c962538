import GRDB
public import RoostCore

extension JobDatabase {
    /// Takes the oldest queued job and marks it running, in one statement: two workers never get the same job.
    ///
    /// - Returns: The job, or `nil` when none is queued.
    /// - Throws: `RoostError` with code `database`.
    public func claimNextJob() async throws -> Job? {
        let startedAt = Timestamp(now())
        return try await write { database in
            try Job.fetchOne(
                database,
                sql: """
                    UPDATE jobs SET status = 'running', started_at = ?, finished_at = NULL, error = NULL, traceback = NULL
                    WHERE id = (SELECT id FROM jobs WHERE status = 'queued' ORDER BY created_at, rowid LIMIT 1)
                    RETURNING *
                    """,
                arguments: [startedAt.rawValue])
        }
    }

    /// Puts the running jobs of a dead process back into the queue.
    ///
    /// To be called once at start, by the only server on this file: whatever is `running` then has no worker. Partial files stay and are continued.
    ///
    /// - Returns: The ids of the jobs that go on.
    /// - Throws: `RoostError` with code `database`.
    @discardableResult
    public func requeueOrphans() async throws -> [String] {
        try await write { database in
            try String.fetchAll(database, sql: "UPDATE jobs SET status = 'queued', started_at = NULL WHERE status = 'running' RETURNING id")
        }
    }
}
