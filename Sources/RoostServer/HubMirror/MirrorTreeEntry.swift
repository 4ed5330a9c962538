import RoostCore

/// One entry of `/tree` and `/paths-info`.
struct MirrorTreeEntry: Encodable {
    struct LargeFile: Encodable {
        /// The bare sha256.
        let oid: String
        let size: Int64
        let pointerSize: Int
    }

    struct Commit: Encodable {
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

    /// A file.
    init(_ file: MirrorFile) {
        type = "file"
        oid = file.blobID
        size = file.size
        path = file.path.description
        lfs = file.pointerSize.map { LargeFile(oid: file.digest.hex, size: file.size, pointerSize: $0) }
    }

    /// A folder; its name is made from what is in it, so that it changes when that does.
    init(folder: String, holding files: [MirrorFile]) {
        type = "directory"
        oid = GitObject.sha1(of: files.map { "\($0.path)\0\($0.digest.hex)\n" }.joined())
        size = 0
        path = folder
    }
}
