package import RoostCore

/// What workers, and the end of their process, do to a job.
extension Job {
    /// The range of counters. A value of another program outside this range is read as the nearest bound, so that
    /// adding one never overflows.
    package static let counts: ClosedRange<Int64> = 0...Int64(Int32.max)

    /// Creates the job for a requested pull.
    package init(_ pull: NewPull, id: String, createdAt: Timestamp) throws {
        guard Self.priorities.contains(pull.priority) else { throw RoostError.wrongPriority }
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

    /// Starts a queued job for a worker, with a new claim.
    package mutating func start(for owner: String, at now: Timestamp) {
        status = .running
        stage = nil
        startedAt = now
        finishedAt = nil
        error = nil
        traceback = nil
        runAfter = nil
        self.owner = owner
        attempt = attempt < Self.counts.upperBound ? attempt + 1 : 1
    }

    /// Makes a worker's change. A job that is no longer running has no owner.
    package mutating func apply(_ change: (inout Job) -> Void) {
        let id = id
        change(&self)
        self.id = id
        if status != .running { owner = nil }
    }

    /// Puts a running job whose process ended back into the queue.
    package mutating func requeue() {
        status = .queued
        stage = nil
        startedAt = nil
        owner = nil
    }

    /// Ends a running job whose process ended too many times in a row.
    package mutating func fail(afterInterruptions limit: Int, at now: Timestamp) {
        status = .failed
        stage = nil
        owner = nil
        finishedAt = now
        error =
            "The server's process ended \(limit) times in a row during this pull, without a new byte in between. Check the logs of the server and the system (for example for a lack of memory), then run `roost jobs retry \(id)`."
    }

    /// Whether this job is running under a claim, which must be the newest one.
    package func isHeld(by claim: JobClaim) -> Bool { status == .running && self.claim == claim }
}
