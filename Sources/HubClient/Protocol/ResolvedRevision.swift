public import RoostCore

/// A branch, tag or commit of a repository, pinned to the commit it meant when we asked. Everything after that is asked for by commit.
public struct ResolvedRevision: Sendable, Hashable {
    /// The repository.
    public let repository: RepositoryID
    /// The name that was asked for, such as `main` or `refs/pr/1`.
    public let revision: String
    /// What it meant.
    public let commit: CommitHash
    /// What the Hub says about the repository; not part of what the revision is.
    public var facts = RepositoryFacts()

    /// Makes a pinned revision.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - revision: The name that was asked for.
    ///   - commit: What it meant.
    public init(repository: RepositoryID, revision: String, commit: CommitHash) {
        self.repository = repository
        self.revision = revision
        self.commit = commit
    }
}
