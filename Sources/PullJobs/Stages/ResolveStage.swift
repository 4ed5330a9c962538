import HubClient
import RoostCore

/// Asks the Hub which commit the revision (or `main`) is and which files it holds.
struct ResolveStage: Sendable {
    let hub: HubClient

    func run(_ repository: RepositoryID, revision name: String?) async throws -> ResolvedRepository {
        let revision = try await hub.resolve(repository, revision: name ?? "main")
        let listing = try await hub.listing(of: revision)
        return ResolvedRepository(revision: revision, files: listing.files, skipped: listing.skipped)
    }
}

/// A repository at one commit.
struct ResolvedRepository: Sendable {
    let revision: ResolvedRevision
    let files: [RepositoryFile]
    /// What it has besides, and cannot be stored here.
    var skipped: [SkippedFile] = []
}
