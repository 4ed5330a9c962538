public import RoostCore

/// Calls with fewer arguments, for every store.
extension JobStore {
    /// Changes a running job for its worker, durably: see `updateJob(_:isProgress:message:_:)`.
    ///
    /// - Parameters:
    ///   - claim: The worker's claim.
    ///   - message: A message for users, stored with the event.
    ///   - change: The change.
    /// - Returns: Whether the claim is still valid; if not, nothing was changed.
    /// - Throws: `RoostError` with code `database`.
    @discardableResult
    public func updateJob(_ claim: JobClaim, message: String? = nil, _ change: @escaping @Sendable (inout Job) -> Void) async throws -> Bool {
        try await updateJob(claim, isProgress: false, message: message, change)
    }

    /// Records the progress of a running job, which may be lost in a power cut: see
    /// `updateJob(_:isProgress:message:_:)`.
    ///
    /// - Parameters:
    ///   - claim: The worker's claim.
    ///   - isProgress: Whether the change is only progress.
    ///   - change: The change.
    /// - Returns: Whether the claim is still valid; if not, nothing was changed.
    /// - Throws: `RoostError` with code `database`.
    @discardableResult
    public func updateJob(_ claim: JobClaim, isProgress: Bool, _ change: @escaping @Sendable (inout Job) -> Void) async throws -> Bool {
        try await updateJob(claim, isProgress: isProgress, message: nil, change)
    }

    /// Puts the running jobs of an ended process back into the queue: see `requeueOrphans(failAfter:)`.
    ///
    /// - Returns: The number of jobs that continue.
    /// - Throws: `RoostError` with code `database`.
    @discardableResult
    public func requeueOrphans() async throws -> Int { try await requeueOrphans(failAfter: nil) }

    /// Returns all jobs that match a filter, newest first.
    ///
    /// - Parameter filter: The filter.
    /// - Returns: The jobs.
    /// - Throws: `RoostError` with code `database`.
    public func jobs(matching filter: JobFilter) async throws -> [Job] { try await completePage(matching: filter).jobs }

    /// Returns all jobs, newest first.
    ///
    /// - Returns: The jobs.
    /// - Throws: `RoostError` with code `database`.
    public func allJobs() async throws -> [Job] { try await jobs(matching: JobFilter()) }

    /// Returns the number of jobs for each status.
    ///
    /// - Returns: The counts by status; statuses without jobs are absent.
    /// - Throws: `RoostError` with code `database`.
    public func jobCounts() async throws -> [String: Int] { try await jobCounts(of: nil) }

    /// Deletes finished jobs that ended more than `days` days ago: see `pruneJobs`.
    ///
    /// - Parameters:
    ///   - days: Zero or more.
    ///   - dryRun: Whether only to count.
    /// - Returns: The number of jobs that were (or would be) deleted.
    /// - Throws: `RoostError` with code `invalidRequest` for negative days, else `database`.
    @discardableResult
    public func deleteOldJobs(days: Int, dryRun: Bool = false) async throws -> Int {
        try await pruneJobs(days: days, keep: nil, dryRun: dryRun)
    }

    /// Deletes the finished jobs of every model except the newest ones: see `pruneJobs`.
    ///
    /// - Parameters:
    ///   - count: The number of finished jobs of each model to keep; 1 or more.
    ///   - dryRun: Whether only to count.
    /// - Returns: The number of jobs that were (or would be) deleted.
    /// - Throws: `RoostError` with code `invalidRequest` or `database`.
    @discardableResult
    public func deleteJobs(butNewest count: Int, dryRun: Bool = false) async throws -> Int {
        try await pruneJobs(days: nil, keep: count, dryRun: dryRun)
    }
}
