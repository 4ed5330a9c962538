public import RoostCore

extension JobDatabase {
    /// Cancels a job that is queued or running. Its worker, if any, loses its claim in the same commit.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job: `failed`, stage `canceled`.
    /// - Throws: `RoostError` with code `notFound`, `conflict` if it is finished, `database`.
    public func cancelJob(id: String) async throws -> Job {
        try await control(id, while: [.queued, .running]) { job, now in
            job.status = .failed
            job.stage = .canceled
            job.finishedAt = now
            job.error = "The pull was canceled."
            job.runAfter = nil
            job.owner = nil
        }
    }

    /// Pauses a queued or running job. Its downloaded bytes are kept.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job: `queued`, stage `paused`.
    /// - Throws: `RoostError` with code `notFound`, `conflict` if it is finished, `database`.
    public func pauseJob(id: String) async throws -> Job {
        try await control(id, while: [.queued, .running]) { job, _ in
            job.status = .queued
            job.stage = .paused
            job.startedAt = nil
            job.owner = nil
        }
    }

    /// Puts a paused job back into the queue. A job that waits for its next try may run immediately.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: `RoostError` with code `notFound`, `conflict` if it is not queued, `database`.
    public func resumeJob(id: String) async throws -> Job {
        try await control(id, while: [.queued]) { job, _ in
            job.stage = nil
            job.runAfter = nil
        }
    }

    /// Puts a failed or canceled job back into the queue with a new number of tries.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job: `queued`.
    /// - Throws: `RoostError` with code `notFound`, `conflict` if it has not failed or an identical job is active,
    ///   `database`.
    public func retryJob(id: String) async throws -> Job {
        try await control(id, while: [.failed]) { job, _ in
            job.status = .queued
            job.stage = nil
            job.startedAt = nil
            job.finishedAt = nil
            job.error = nil
            job.traceback = nil
            job.retryCount = 0
            job.runAfter = nil
            job.maxRetries = job.maxRetries ?? Job.defaultMaxRetries
        }
    }

    /// Changes the priority of a job.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - priority: −100 … 100.
    /// - Returns: The job.
    /// - Throws: `RoostError` with code `notFound`, `invalidRequest`, `conflict` when it is finished, `database`.
    public func prioritizeJob(id: String, priority: Int) async throws -> Job {
        try await control(id, while: [.queued, .running], message: "priority \(priority)") { job, _ in job.priority = priority }
    }

    /// Sets the download limit of a job.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - bytesPerSecond: A value in `Job.rates`; `nil` for no limit.
    /// - Returns: The job.
    /// - Throws: `RoostError` with code `notFound`, `invalidRequest`, `conflict` when it is finished, `database`.
    public func limitJob(id: String, bytesPerSecond: Int64?) async throws -> Job {
        guard bytesPerSecond.map(Job.rates.contains) ?? true else {
            throw RoostError(
                .invalidRequest, "`max_bytes_per_second` must be from \(Job.rates.lowerBound) to \(Job.rates.upperBound), or null.",
                field: "max_bytes_per_second")
        }
        return try await control(id, while: [.queued, .running]) { job, _ in job.maxBytesPerSecond = bytesPerSecond }
    }

    private func control(
        _ id: String, while statuses: [JobStatus], message: String? = nil, _ change: @escaping @Sendable (inout Job, Timestamp) -> Void
    ) async throws -> Job {
        try await self.change { transaction in
            guard let before = try transaction.job(id: id) else { throw RoostError.noJob(id) }
            guard statuses.contains(before.status) else {
                let allowed = statuses.map(\.rawValue).joined(separator: " or ")
                throw RoostError(.conflict, "Job \(id) is \(before.status.rawValue); this is possible only while it is \(allowed).")
            }
            var after = before
            change(&after, transaction.now)
            try transaction.saveUnlessIdentical(after, over: before, message: message)
            return after
        }
    }
}
