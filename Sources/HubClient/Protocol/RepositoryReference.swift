/// A name that a repository gives to a commit.
public struct RepositoryReference: Sendable, Hashable {
    /// What kind of name it is; the raw value is its list's key in the Hub's answer.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A branch.
        case branch = "branches"
        /// A branch that the Hub made by converting files.
        case conversion = "converts"
        /// A tag.
        case tag = "tags"
        /// A proposed change.
        case pullRequest = "pullRequests"
    }

    /// What kind of name it is.
    public let kind: Kind
    /// The short name, such as `main`.
    public let name: String
    /// The full name, such as `refs/heads/main`.
    public let ref: String
    /// The commit: 40 lower-case hexadecimal digits.
    public let targetCommit: String

    /// Makes a reference.
    ///
    /// - Parameters:
    ///   - kind: What kind of name it is.
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
