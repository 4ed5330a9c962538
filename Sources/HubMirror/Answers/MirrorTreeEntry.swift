import RoostCore

/// An entry of `/tree` and `/paths-info`.
struct MirrorTreeEntry: Encodable, Sendable {
    struct LargeFile: Encodable, Sendable {
        /// The SHA-256 without a prefix.
        let oid: String
        let size: Int64
        let pointerSize: Int
    }

    struct Commit: Encodable, Sendable {
        let id: String
        let title: String
        let date: Timestamp
    }

    let type: String
    let oid: String
    let size: Int64
    let path: String
    var lfs: LargeFile?
    var lastCommit: Commit?

    /// Creates a file.
    init(_ file: MirrorFile) {
        type = "file"
        oid = file.blobID
        size = file.size
        path = file.path.description
        lfs = file.pointerSize.map { LargeFile(oid: file.digest.hex, size: file.size, pointerSize: $0) }
    }

    /// Creates a folder.
    init(folder: String, oid: String) {
        type = "directory"
        self.oid = oid
        size = 0
        path = folder
    }
}
