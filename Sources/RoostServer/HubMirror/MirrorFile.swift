import RoostCore
import SystemPackage

/// One file of a repository with the names that the Hub would give it.
struct MirrorFile: Sendable {
    /// Its path in the repository.
    let path: RepositoryFilePath
    /// Where it lies, without symbolic links.
    let location: FilePath
    /// How it looked when it was hashed.
    let stamp: FileStamp
    /// The name of its content: the etag.
    let digest: ContentDigest
    /// What git would store: the file's own blob, or the pointer's for a large file.
    let blobID: String
    /// The pointer's length in bytes, for a large file.
    let pointerSize: Int?

    /// Names a file.
    init(_ file: RepositoryListing.File, digest: ContentDigest) {
        self.path = file.path
        self.location = file.location
        self.stamp = file.stamp
        self.digest = digest
        switch digest {
        case .gitSHA1(let hex):
            self.blobID = hex
            self.pointerSize = nil
        case .sha256(let hex):
            let pointer = GitObject.largeFilePointer(sha256: hex, size: file.stamp.size)
            self.blobID = GitObject.blobID(of: pointer)
            self.pointerSize = pointer.utf8.count
        }
    }

    /// Bytes.
    var size: Int64 { stamp.size }
}
