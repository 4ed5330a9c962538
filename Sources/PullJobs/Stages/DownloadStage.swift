import HubClient
import RoostCore

/// Fetches the planned files one after another, each verified before it gets its final name, then records the revision in the cache.
struct DownloadStage: Sendable {
    let hub: HubClient

    /// - Parameters:
    ///   - plan: What to fetch.
    ///   - onProgress: Hears how many bytes of a file are here.
    ///   - onVerified: Hears of each file that is complete, verified and synced.
    /// - Throws: `RoostError`; what was fetched so far stays for the next run.
    func run(
        _ plan: PullPlan, onProgress: @escaping @Sendable (Int64, RepositoryFilePath) -> Void, onVerified: @Sendable (RepositoryFile) async -> Void
    ) async throws {
        for file in plan.files {
            _ = try await hub.download(file, in: plan.revision) { onProgress($0, file.path) }
            await onVerified(file)
        }
        // The reference moves only now: until the new files are complete, readers of the cache keep finding the old ones.
        try hub.recordRevision(plan.revision, files: plan.isWholeRepository ? plan.files : nil)
    }
}
