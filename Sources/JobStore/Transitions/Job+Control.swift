package import RoostCore

/// What the requests of people do to a job, and when they are refused: `RoostError` with code `conflict`.
extension Job {
    /// Ends a job that is queued or running.
    package mutating func cancel(at now: Timestamp) throws {
        try require([.queued, .running])
        status = .failed
        stage = .canceled
        finishedAt = now
        error = "The pull was canceled."
        runAfter = nil
        owner = nil
    }

    /// Holds a queued or running job in the queue.
    package mutating func pause() throws {
        try require([.queued, .running])
        status = .queued
        stage = .paused
        startedAt = nil
        owner = nil
    }

    /// Releases a queued job that is paused or waits for its next try.
    package mutating func resume() throws {
        try require([.queued])
        stage = nil
        runAfter = nil
    }

    /// Puts a failed job back into the queue, with all its tries.
    package mutating func retry() throws {
        try require([.failed])
        status = .queued
        stage = nil
        startedAt = nil
        finishedAt = nil
        error = nil
        traceback = nil
        retryCount = 0
        runAfter = nil
        maxRetries = maxRetries ?? Self.defaultMaxRetries
    }

    /// Sets the priority of a queued or running job. `checkRules` checks the range.
    package mutating func prioritize(_ priority: Int) throws {
        try require([.queued, .running])
        self.priority = priority
    }

    /// Sets the download limit of a queued or running job: a value in `rates`, or `nil` for no limit.
    package mutating func limit(bytesPerSecond: Int64?) throws {
        guard bytesPerSecond.map(Self.rates.contains) ?? true else {
            throw RoostError(
                .invalidRequest, "`max_bytes_per_second` must be from \(Self.rates.lowerBound) to \(Self.rates.upperBound), or null.",
                field: "max_bytes_per_second")
        }
        try require([.queued, .running])
        maxBytesPerSecond = bytesPerSecond
    }

    /// Refuses to delete a job that is queued or running.
    package func checkDeletable() throws {
        guard status != .queued, status != .running else {
            throw RoostError(.conflict, "Job \(id) is \(status.rawValue); cancel it before deleting it.")
        }
    }

    private func require(_ statuses: [JobStatus]) throws {
        guard statuses.contains(status) else {
            let allowed = statuses.map(\.rawValue).joined(separator: " or ")
            throw RoostError(.conflict, "Job \(id) is \(status.rawValue); this is possible only while it is \(allowed).")
        }
    }
}
