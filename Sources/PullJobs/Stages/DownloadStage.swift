import HubClient
import RoostCore

/// Fetches the planned files, each verified before it gets its final name, then records the revision in the cache.
struct DownloadStage: Sendable {
    let hub: HubClient

    /// - Parameters:
    ///   - plan: What to fetch.
    ///   - observer: Hears how it goes.
    ///   - limiter: The job's own limit.
    /// - Throws: `RoostError`; what was fetched so far stays for the next run.
    func run(_ plan: PullPlan, observer: DownloadObserver, limiter: BandwidthLimiter) async throws {
        try await hub.download(plan.files, in: plan.revision, observer: observer, limiter: limiter)
        // The reference moves only now: until the new files are complete, readers of the cache keep finding the old ones.
        try hub.recordRevision(plan.revision, files: plan.isWholeRepository ? plan.files : nil)
    }
}
