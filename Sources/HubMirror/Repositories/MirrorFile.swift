import HubClient
import RoostCore
import SystemPackage

/// A file of a repository with its hashes on the Hub.
struct MirrorFile: Sendable {
    /// The path within the repository.
    let path: RepositoryFilePath
    /// The size in bytes.
    let size: Int64
    /// The digest of the content: the etag.
    let digest: ContentDigest
    /// The hash of git's object: the file's own blob, or that of the pointer for a large file.
    let blobID: String
    /// The length of the pointer in bytes, for a large file.
    let pointerSize: Int?

    /// Creates a file and computes its blob hash.
    init(path: RepositoryFilePath, size: Int64, digest: ContentDigest) {
        self.path = path
        self.size = size
        self.digest = digest
        switch digest {
        case .gitSHA1(let hex):
            self.blobID = hex
            self.pointerSize = nil
        case .sha256(let hex):
            let pointer = GitObject.largeFilePointer(sha256: hex, size: size)
            self.blobID = GitObject.blobID(of: pointer)
            self.pointerSize = pointer.utf8.count
        }
    }

    /// Creates a file from a listing.
    init(_ file: RepositoryFile) { self.init(path: file.path, size: file.size, digest: file.digest) }

    /// The file in the form of the Hub client.
    var listed: RepositoryFile { RepositoryFile(path: path, size: size, digest: digest) }
}
