import HubClient
import RoostCore
import SystemPackage

/// One file of a repository with the names that the Hub would give it.
struct MirrorFile: Sendable {
    /// Its path in the repository.
    let path: RepositoryFilePath
    /// Bytes.
    let size: Int64
    /// The name of its content: the etag.
    let digest: ContentDigest
    /// What git would store: the file's own blob, or the pointer's for a large file.
    let blobID: String
    /// The pointer's length in bytes, for a large file.
    let pointerSize: Int?

    /// Names a file.
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

    /// Names a file of a listing.
    init(_ file: RepositoryFile) { self.init(path: file.path, size: file.size, digest: file.digest) }

    /// What the Hub's client calls it.
    var listed: RepositoryFile { RepositoryFile(path: path, size: size, digest: digest) }
}
