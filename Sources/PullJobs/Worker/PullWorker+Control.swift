import JobStore
package import RoostCore

extension PullWorker {
    /// Creates the job of a pull and wakes a free slot.
    ///
    /// - Parameter pull: The pull.
    /// - Returns: The new job, or the active job of an identical pull.
    /// - Throws: `RoostError` with code `database` or `insufficientSpace`.
    package func submit(_ pull: NewPull) async throws -> Job {
        let job = try await database.createJob(pull)
        wakeAll()
        return job
    }

    /// Cancels a queued or running job. The end is durable when this returns; the work stops shortly after.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: As `JobStore.cancelJob`.
    package func cancel(id: String) async throws -> Job {
        let job = try await database.cancelJob(id: id)
        running.cancel(id)
        return job
    }

    /// Pauses a queued or running job. Its bytes are kept.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: As `JobStore.pauseJob`.
    package func pause(id: String) async throws -> Job {
        let job = try await database.pauseJob(id: id)
        running.cancel(id)
        return job
    }

    /// Returns a paused job, or one that waits for its next try, to the queue.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: As `JobStore.resumeJob`.
    package func resume(id: String) async throws -> Job {
        defer { wakeAll() }
        return try await database.resumeJob(id: id)
    }

    /// Returns a failed or canceled job to the queue.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: As `JobStore.retryJob`.
    package func retry(id: String) async throws -> Job {
        defer { wakeAll() }
        return try await database.retryJob(id: id)
    }

    /// Holds all pulls, including the running ones, in the queue, or releases them. Their bytes are kept.
    ///
    /// - Parameter isHeld: Whether pulls have to wait.
    package func hold(_ isHeld: Bool) {
        running.hold(isHeld)
        if !isHeld { wakeAll() }
    }

    /// Sets a job's own download limit, which applies at once.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - bytesPerSecond: A value in `Job.rates`; `nil` for no limit.
    /// - Returns: The job.
    /// - Throws: As `JobStore.limitJob`.
    package func limit(id: String, bytesPerSecond: Int64?) async throws -> Job {
        let job = try await database.limitJob(id: id, bytesPerSecond: bytesPerSecond)
        running.limit(id, to: bytesPerSecond)
        return job
    }

    /// Sets a job's priority.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - priority: −100 … 100.
    /// - Returns: The job.
    /// - Throws: As `JobStore.prioritizeJob`.
    package func prioritize(id: String, priority: Int) async throws -> Job { try await database.prioritizeJob(id: id, priority: priority) }
}
