import HubClient
import RoostCore

/// Fetches the planned files, each verified before it gets its final name, then records the revision in the cache.
struct DownloadStage: Sendable {
    let hub: HubClient
    /// How often files that others remove meanwhile are fetched.
    private static let most = 3

    /// - Parameters:
    ///   - plan: What to fetch.
    ///   - observer: The observer of the download.
    ///   - limiter: The job's own limit.
    /// - Throws: `RoostError`; what was fetched so far stays for the next run.
    func run(_ plan: PullPlan, observer: DownloadObserver, limiter: BandwidthLimiter) async throws {
        for _ in 0..<Self.most {
            try await hub.download(plan.files, in: plan.revision, observer: observer, limiter: limiter)
            // A clean-up that began before this pull was known may have taken what was there already.
            guard plan.files.contains(where: { !hub.isInPlace($0, in: plan.revision) }) else { break }
        }
        if let gone = plan.files.first(where: { !hub.isInPlace($0, in: plan.revision) }) {
            throw RoostError(
                .fileSystem,
                "\(gone.path.description.quotedForPeople) was removed from \(hub.snapshotDirectory(of: plan.revision)) while it was pulled. End what removes it, and pull again."
            )
        }
        // The reference moves only now: until the new files are complete, readers of the cache keep finding the old ones.
        try hub.recordRevision(plan.revision, files: plan.isWholeRepository ? plan.files : nil)
    }
}
