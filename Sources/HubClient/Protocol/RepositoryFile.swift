public import RoostCore

/// One file of a repository as its listing promises it.
public struct RepositoryFile: Sendable, Hashable {
    /// Where it is in the repository.
    public let path: RepositoryFilePath
    /// Its size in bytes; 0 to 2^60.
    public let size: Int64
    /// What its content hashes to.
    public let digest: ContentDigest

    /// Makes a file entry.
    ///
    /// - Parameters:
    ///   - path: Where it is in the repository.
    ///   - size: Its size in bytes.
    ///   - digest: What its content hashes to.
    public init(path: RepositoryFilePath, size: Int64, digest: ContentDigest) {
        self.path = path
        self.size = size
        self.digest = digest
    }
}
