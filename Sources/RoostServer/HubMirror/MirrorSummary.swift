public import RoostCore

/// A repository that a mirror is ready to serve.
public struct MirrorSummary: Sendable, Hashable {
    /// The name of the repository.
    public let repository: RepositoryID
    /// The number of files.
    public let files: Int
    /// The size of all files in bytes.
    public let bytes: Int64
}
