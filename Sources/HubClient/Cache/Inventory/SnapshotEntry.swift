import RoostCore
import SystemPackage

/// A file in a snapshot folder.
struct SnapshotEntry: Sendable, Hashable {
    let path: RepositoryFilePath
    /// The path of the link, or of the file itself in a cache without links.
    let location: FilePath
    /// The name of the blob at the end of the link; `nil` for a file that is not a link.
    let blobName: String?
    /// The size of the content, following all links; `nil` if the target does not exist.
    let size: Int64?
    /// The identity of the content, regardless of the names that refer to it.
    let identity: Identity?

    struct Identity: Sendable, Hashable {
        let device: DeviceID
        let inode: Inode
    }

    /// The digest in the blob's name.
    var namedDigest: ContentDigest? { blobName.flatMap(ContentDigest.init(hex:)) }
}
