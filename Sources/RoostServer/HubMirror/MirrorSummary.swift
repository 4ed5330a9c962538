public import RoostCore

/// A repository that a mirror is ready to serve.
public struct MirrorSummary: Sendable, Hashable {
    /// Its name.
    public let repository: RepositoryID
    /// How many files it has.
    public let files: Int
    /// The sum of their sizes, in bytes.
    public let bytes: Int64
}
