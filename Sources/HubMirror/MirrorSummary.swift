package import RoostCore

/// A repository that a mirror is ready to serve.
package struct MirrorSummary: Sendable, Hashable {
    /// The name of the repository.
    package let repository: RepositoryID
    /// The number of files.
    package let files: Int
    /// The size of all files in bytes.
    package let bytes: Int64
}
