public import RoostCore

/// The requests of people. What each does to a job, and when it is refused, is in `Transitions`.
extension JobStore {
    /// Cancels a job that is queued or running. Its worker, if any, loses its claim in the same transaction.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job: `failed`, stage `canceled`.
    /// - Throws: `RoostError` with code `notFound`, `conflict` if it is finished, `database`.
    public func cancelJob(id: String) async throws -> Job {
        try await changeJob(id: id, message: nil) { try $0.cancel(at: $1) }
    }

    /// Pauses a queued or running job. Its downloaded bytes are kept.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job: `queued`, stage `paused`.
    /// - Throws: `RoostError` with code `notFound`, `conflict` if it is finished, `database`.
    public func pauseJob(id: String) async throws -> Job {
        try await changeJob(id: id, message: nil) { job, _ in try job.pause() }
    }

    /// Puts a paused job back into the queue. A job that waits for its next try may run immediately.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: `RoostError` with code `notFound`, `conflict` if it is not queued, `database`.
    public func resumeJob(id: String) async throws -> Job {
        try await changeJob(id: id, message: nil) { job, _ in try job.resume() }
    }

    /// Puts a failed or canceled job back into the queue with a new number of tries.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job: `queued`.
    /// - Throws: `RoostError` with code `notFound`, `conflict` if it has not failed or an identical job is active,
    ///   `database`.
    public func retryJob(id: String) async throws -> Job {
        try await changeJob(id: id, message: nil) { job, _ in try job.retry() }
    }

    /// Changes the priority of a job.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - priority: −100 … 100.
    /// - Returns: The job.
    /// - Throws: `RoostError` with code `notFound`, `invalidRequest`, `conflict` when it is finished, `database`.
    public func prioritizeJob(id: String, priority: Int) async throws -> Job {
        try await changeJob(id: id, message: "priority \(priority)") { job, _ in try job.prioritize(priority) }
    }

    /// Sets the download limit of a job.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - bytesPerSecond: A value in `Job.rates`; `nil` for no limit.
    /// - Returns: The job.
    /// - Throws: `RoostError` with code `notFound`, `invalidRequest`, `conflict` when it is finished, `database`.
    public func limitJob(id: String, bytesPerSecond: Int64?) async throws -> Job {
        try await changeJob(id: id, message: nil) { job, _ in try job.limit(bytesPerSecond: bytesPerSecond) }
    }
}
