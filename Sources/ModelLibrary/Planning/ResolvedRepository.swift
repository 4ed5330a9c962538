package import HubClient
package import RoostCore

/// A repository at one commit.
package struct ResolvedRepository: Sendable {
    /// The commit.
    package let revision: ResolvedRevision
    /// The files.
    package let files: [RepositoryFile]
    /// The files that cannot be stored on this machine.
    package var skipped: [SkippedFile] = []

    init(revision: ResolvedRevision, files: [RepositoryFile], skipped: [SkippedFile] = []) {
        self.revision = revision
        self.files = files
        self.skipped = skipped
    }

    /// Gets the commit of a revision, and the list of its files, from the Hub.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - revision: The branch, tag or commit; `nil` means `main`.
    ///   - hub: The Hub client.
    /// - Throws: As `HubClient.resolve` and `HubClient.listing`.
    package init(_ repository: RepositoryID, revision: String?, from hub: HubClient) async throws {
        let revision = try await hub.resolve(repository, revision: revision ?? "main")
        let listing = try await hub.listing(of: revision)
        self.init(revision: revision, files: listing.files, skipped: listing.skipped)
    }
}
