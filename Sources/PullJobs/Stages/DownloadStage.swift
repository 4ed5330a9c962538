import HubClient
import ModelLibrary
import RoostCore

/// Downloads the planned files, each verified before it gets its final name, and then records the revision in the cache.
struct DownloadStage: Sendable {
    let hub: HubClient
    /// The job's own limit.
    let limiter: BandwidthLimiter

    /// How often files are fetched that other programs remove meanwhile.
    private static let most = 3

    /// Downloads the files.
    ///
    /// - Parameters:
    ///   - plan: The files.
    ///   - observer: The observer of the download.
    /// - Throws: `RoostError`; the bytes received so far are kept for the next run.
    func run(_ plan: ModelPlan, observer: DownloadObserver) async throws {
        for _ in 0..<Self.most {
            try await hub.download(plan.files, in: plan.revision, observer: observer, limiter: limiter)
            // A clean-up that began before this pull was known may have removed files that already existed.
            guard plan.files.contains(where: { !hub.isInPlace($0, in: plan.revision) }) else { break }
        }
        if let gone = plan.files.first(where: { !hub.isInPlace($0, in: plan.revision) }) {
            throw RoostError(
                .fileSystem,
                "\(gone.path.description.quotedForPeople) was removed from \(hub.snapshotDirectory(of: plan.revision)) while it was pulled. End what removes it, and pull again."
            )
        }
        // The ref moves only now: until the new files are complete, readers of the cache find the old ones.
        try hub.recordRevision(plan.revision, files: plan.isWholeRepository ? plan.files : nil)
    }
}
