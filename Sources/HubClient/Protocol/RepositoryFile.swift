public import RoostCore

/// A file of a repository according to its listing.
public struct RepositoryFile: Sendable, Hashable {
    /// The path in the repository.
    public let path: RepositoryFilePath
    /// The size in bytes; 0 to 2^60.
    public let size: Int64
    /// The digest of the content.
    public let digest: ContentDigest

    /// Creates a file.
    ///
    /// - Parameters:
    ///   - path: The path in the repository.
    ///   - size: The size in bytes.
    ///   - digest: The digest of the content.
    public init(path: RepositoryFilePath, size: Int64, digest: ContentDigest) {
        self.path = path
        self.size = size
        self.digest = digest
    }
}
