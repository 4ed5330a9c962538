import RoostCore
import SystemPackage

/// One file of a snapshot folder, as it lies there.
struct SnapshotEntry: Sendable, Hashable {
    let path: RepositoryFilePath
    /// The link, or the file itself in a cache without links.
    let location: FilePath
    /// What the link ends in: the blob's name. `nil` when the file itself lies there.
    let blobName: String?
    /// The size of the content, through all links; `nil` when a link leads nowhere.
    let size: Int64?
    /// Tells contents apart whatever names lead to them.
    let identity: Identity?

    struct Identity: Sendable, Hashable {
        let device: DeviceID
        let inode: Inode
    }

    /// The digest that the blob's name is.
    var namedDigest: ContentDigest? { blobName.flatMap(ContentDigest.init(hex:)) }
}
