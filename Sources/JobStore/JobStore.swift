public import Foundation
public import RoostCore

/// The durable record of all pulls: a queue of jobs with their history, files and webhooks.
///
/// A change is durable when its call returns, and is completed even if the caller is cancelled. All jobs and events get
/// their times from one clock. What a change does to a job is not up to the store: see `changeJob`.
public protocol JobStore: Sendable {
    // MARK: Jobs

    /// Creates a job for a requested pull. If an identical job is queued or running, returns that job instead, even
    /// between two callers or two runs of the server.
    ///
    /// A joined job keeps its own priority, tags and user. All requested callbacks are called.
    ///
    /// - Parameter pull: The requested pull.
    /// - Returns: The job to follow.
    /// - Throws: `RoostError` with code `invalidRequest` for a priority outside −100 … 100, `conflict` for too many
    ///   callbacks, `database` or `insufficientSpace`.
    func createJob(_ pull: NewPull) async throws -> Job

    /// Returns a job.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job, or `nil` if there is none.
    /// - Throws: `RoostError` with code `database`.
    func job(id: String) async throws -> Job?

    /// Changes a job in one transaction, together with the matching event of its history.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - message: A message for users, stored with the event.
    ///   - transition: The change at the current time; it may refuse by throwing, and must not change the id.
    /// - Returns: The changed job.
    /// - Throws: `RoostError` with code `notFound`; `conflict` if the job would become identical to an active one;
    ///   `database`, also if the result breaks a rule: a status other than the documented four, a progress outside
    ///   0…1, more bytes than the total; the errors of `transition`.
    @discardableResult
    func changeJob(id: String, message: String?, _ transition: @escaping @Sendable (inout Job, Timestamp) throws -> Void) async throws -> Job

    /// Deletes a finished job and its history.
    ///
    /// - Parameter id: The job's id.
    /// - Throws: `RoostError` with code `notFound`; `conflict` while the job is queued or running; `database`.
    func deleteJob(id: String) async throws

    /// Deletes the finished jobs that match at least one of two rules. If the end of a job is unknown, the time of its
    /// creation counts. Queued and running jobs are never deleted, nor are jobs whose webhook calls are still pending.
    ///
    /// - Parameters:
    ///   - days: Jobs that ended more than this number of days ago, zero or more; `nil` for none.
    ///   - keep: All but this number of newest finished jobs of each model, 1 or more; `nil` for none.
    ///   - dryRun: Whether only to count.
    /// - Returns: The number of jobs that were (or would be) deleted.
    /// - Throws: `RoostError` with code `invalidRequest` or `database`.
    func pruneJobs(days: Int?, keep: Int?, dryRun: Bool) async throws -> Int

    // MARK: Listings

    /// Returns the jobs that match a filter, newest first. Other calls wait only briefly meanwhile.
    ///
    /// If few of very many jobs match the filter, the page may have fewer jobs than requested, even none, and still
    /// have a next page.
    ///
    /// - Parameter filter: The filter.
    /// - Returns: The jobs, and the place where the next page begins.
    /// - Throws: `RoostError` with code `invalidRequest` for a cursor that this store did not make; `database`.
    func completePage(matching filter: JobFilter) async throws -> JobPage

    /// Returns the models of the jobs with some statuses, without the rest of these jobs.
    ///
    /// - Parameter statuses: The statuses.
    /// - Returns: The id of each job and the name of its model.
    /// - Throws: `RoostError` with code `database`.
    func jobModels(of statuses: [JobStatus]) async throws -> [(id: String, model: String)]

    /// Returns the number of jobs for each status.
    ///
    /// - Parameter statuses: The statuses to count; `nil` for all. Counting statuses that few jobs have is fast at any
    ///   number of jobs.
    /// - Returns: The counts by status; statuses without jobs are absent.
    /// - Throws: `RoostError` with code `database`.
    func jobCounts(of statuses: [JobStatus]?) async throws -> [String: Int]

    // MARK: Work

    /// Claims the first job of the queue and marks it as running. Two workers never get the same job.
    ///
    /// The first job is the one that has waited longest, where each point of priority counts as ten minutes. Paused
    /// jobs and jobs whose `run_after` is in the future are skipped.
    ///
    /// - Parameter owner: The process that claims it.
    /// - Returns: The job with its claim, or `nil` if no job may run.
    /// - Throws: `RoostError` with code `database`.
    func claimNextJob(owner: String) async throws -> Job?

    /// The time when the next delayed job may run.
    ///
    /// - Returns: The time, which may be in the past; `nil` if no job is delayed.
    /// - Throws: `RoostError` with code `database`.
    func nextRunAfter() async throws -> Date?

    /// Changes a running job for its worker.
    ///
    /// - Parameters:
    ///   - claim: The worker's claim.
    ///   - isProgress: Whether the change is only progress, which may be lost in a power cut.
    ///   - message: A message for users, stored with the event.
    ///   - change: The change.
    /// - Returns: Whether the claim is still valid; if not, nothing was changed.
    /// - Throws: `RoostError` with code `database`.
    @discardableResult
    func updateJob(
        _ claim: JobClaim, isProgress: Bool, message: String?, _ change: @escaping @Sendable (inout Job) -> Void
    ) async throws -> Bool

    /// Adds a note to the history of a running job.
    ///
    /// - Parameters:
    ///   - message: A sentence for users.
    ///   - claim: The worker's claim. If it is no longer valid, nothing is written.
    /// - Throws: `RoostError` with code `database`.
    func addNote(_ message: String, to claim: JobClaim) async throws

    /// Returns the files of a job, ordered by path; empty before the job is planned.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The files.
    /// - Throws: `RoostError` with code `database`.
    func files(of id: String) async throws -> [JobFile]

    /// Records the files of a job and replaces an earlier plan. The verified ranges of unchanged files are kept.
    ///
    /// - Parameters:
    ///   - files: The files.
    ///   - claim: The worker's claim.
    /// - Returns: Whether the claim is still valid; if not, nothing was changed.
    /// - Throws: `RoostError` with code `database`.
    @discardableResult
    func setFiles(_ files: [JobFile], of claim: JobClaim) async throws -> Bool

    /// Records which bytes of files are downloaded and verified. Flush the bytes to the disk first: otherwise the
    /// record is wrong after a power cut.
    ///
    /// - Parameters:
    ///   - ranges: The ranges as in `JobFile.verified`, by path. Paths that are not in the plan are ignored.
    ///   - claim: The worker's claim.
    /// - Returns: Whether the claim is still valid; if not, nothing was changed.
    /// - Throws: `RoostError` with code `database`.
    @discardableResult
    func setVerified(_ ranges: [String: [[Int64]]], in claim: JobClaim) async throws -> Bool

    /// Puts the running jobs of an ended process back into the queue, once at the start of a server.
    ///
    /// Partial files are kept and continued. Tries that a wrong clock delayed for longer than any pause are made now.
    ///
    /// A job that ends its process each time it runs would do so forever. So the store counts how often in a row the
    /// process ended during the job without any new byte. In the last quarter before the limit, such jobs start one
    /// minute apart, so that each shows whether it is the cause.
    ///
    /// - Parameter limit: The number of consecutive ended processes after which a job fails, 1 or more; `nil` for no
    ///   limit.
    /// - Returns: The number of jobs that continue.
    /// - Throws: `RoostError` with code `database`.
    @discardableResult
    func requeueOrphans(failAfter limit: Int?) async throws -> Int

    // MARK: History

    /// Returns a part of the history, oldest first. Nothing stays open between two calls, so a client that reads page
    /// after page slowly blocks nothing.
    ///
    /// - Parameters:
    ///   - scope: The jobs.
    ///   - number: Only events after this one; 0 for all.
    ///   - limit: The maximum number of events, 1 or more.
    /// - Returns: The events.
    /// - Throws: `RoostError` with code `database`.
    func history(of scope: JobScope, after number: Int64, limit: Int) async throws -> [JobEvent]

    /// Returns the number of the newest event; 0 if there is none.
    ///
    /// - Parameter scope: The jobs.
    /// - Returns: The number.
    /// - Throws: `RoostError` with code `database`.
    func lastEventNumber(of scope: JobScope) async throws -> Int64

    /// Returns every event that is committed from now on, in order.
    ///
    /// To receive all events, start to watch first, then read the history, and skip the events that were read.
    ///
    /// - Returns: A stream that ends when the store is closed or when it is read too slowly.
    func watchEvents() -> AsyncStream<JobEvent>

    /// Adds to the jobs' `api_call_count`. The counts are informational and may be lost in a power cut.
    ///
    /// - Parameters:
    ///   - calls: The number of calls for each job since the last time.
    ///   - time: The time of the last call.
    /// - Throws: `RoostError` with code `database`.
    func countAPICalls(_ calls: [String: Int], lastAt time: Timestamp) async throws

    // MARK: Webhooks

    /// Returns calls that are due, at most one for each receiver, those that have waited longest.
    ///
    /// - Parameters:
    ///   - limit: The maximum number of calls.
    ///   - receiver: The receiver after which to begin. After the last receiver, the search continues with the first.
    ///   - busy: The receivers to skip.
    /// - Returns: The calls, in the order of the receivers.
    /// - Throws: `RoostError` with code `database`.
    func dueWebhooks(limit: Int, after receiver: String, excluding busy: Set<String>) async throws -> DueWebhooks

    /// The time when the next call is due.
    ///
    /// - Returns: The time, which may be in the past; `nil` if no call is waiting.
    /// - Throws: `RoostError` with code `database`.
    func nextWebhook() async throws -> Date?

    /// Records that a call was delivered. Nothing is recorded if the job has run again since, because its next end has
    /// a separate call.
    ///
    /// - Parameter webhook: The call.
    /// - Throws: `RoostError` with code `database`.
    func webhookDelivered(_ webhook: JobWebhook) async throws

    /// Records that a call failed, unless the job has run again since.
    ///
    /// - Parameters:
    ///   - webhook: The call.
    ///   - error: The reason.
    ///   - nextTry: The time of the next try; `nil` to give up.
    /// - Throws: `RoostError` with code `database`.
    func webhookFailed(_ webhook: JobWebhook, error: String, nextTry: Date?) async throws

    // MARK: Health

    /// Checks whether a change can be committed now, by committing one without effect.
    ///
    /// - Throws: `RoostError` with code `insufficientSpace`, `databaseBusy` (after half a minute) or `database`, like
    ///   any change of a job.
    func checkWritable() async throws
}
