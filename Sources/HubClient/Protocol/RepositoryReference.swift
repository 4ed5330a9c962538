/// A name for a commit of a repository.
public struct RepositoryReference: Sendable, Hashable {
    /// The kind of a name. The raw value is the key of its list in the Hub's response.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A branch.
        case branch = "branches"
        /// A branch with files that the Hub converted.
        case conversion = "converts"
        /// A tag.
        case tag = "tags"
        /// A pull request.
        case pullRequest = "pullRequests"
    }

    /// The kind of the name.
    public let kind: Kind
    /// The short name, such as `main`.
    public let name: String
    /// The full name, such as `refs/heads/main`.
    public let ref: String
    /// The commit as 40 lower-case hexadecimal digits.
    public let targetCommit: String

    /// Creates a reference.
    ///
    /// - Parameters:
    ///   - kind: The kind of the name.
    ///   - name: The short name.
    ///   - ref: The full name.
    ///   - targetCommit: The commit.
    public init(kind: Kind, name: String, ref: String, targetCommit: String) {
        self.kind = kind
        self.name = name
        self.ref = ref
        self.targetCommit = targetCommit
    }
}
