import HubClient
import RoostCore

/// Fetches the planned files one after another, each verified before it gets its final name, then records the revision in the cache.
struct DownloadStage: Sendable {
    let hub: HubClient

    func run(_ plan: PullPlan, onProgress: @escaping @Sendable (Int64, RepositoryFilePath) -> Void) async throws {
        for file in plan.files {
            _ = try await hub.download(file, in: plan.revision) { onProgress($0, file.path) }
        }
        // The reference moves only now: until the new files are complete, readers of the cache keep finding the old ones.
        try hub.recordRevision(plan.revision, files: plan.isWholeRepository ? plan.files : nil)
    }
}
