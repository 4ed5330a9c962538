public import RoostCore

/// A branch, tag or commit of a repository, pinned to the commit that it resolved to. All later requests use the
/// commit.
public struct ResolvedRevision: Sendable, Hashable {
    /// The repository.
    public let repository: RepositoryID
    /// The requested name, such as `main` or `refs/pr/1`.
    public let revision: String
    /// The commit of the name.
    public let commit: CommitHash
    /// The Hub's information about the repository; it is not part of the revision's identity.
    public var facts = RepositoryFacts()

    /// Creates a pinned revision.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - revision: The requested name.
    ///   - commit: The commit of the name.
    public init(repository: RepositoryID, revision: String, commit: CommitHash) {
        self.repository = repository
        self.revision = revision
        self.commit = commit
    }
}
