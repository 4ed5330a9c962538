package import RoostCore
package import SystemPackage

/// A file in a snapshot folder.
package struct SnapshotEntry: Sendable, Hashable {
    package let path: RepositoryFilePath
    /// The path of the link, or of the file itself in a cache without links.
    package let location: FilePath
    /// The name of the blob at the end of the link; `nil` for a file that is not a link.
    package let blobName: String?
    /// The size of the content, following all links; `nil` if the target does not exist.
    package let size: Int64?
    /// The identity of the content, regardless of the names that refer to it.
    package let identity: Identity?

    package struct Identity: Sendable, Hashable {
        package let device: DeviceID
        package let inode: Inode

        package init(device: DeviceID, inode: Inode) {
            self.device = device
            self.inode = inode
        }
    }

    /// The digest in the blob's name.
    package var namedDigest: ContentDigest? { blobName.flatMap(ContentDigest.init(hex:)) }
}
