import RoostCore

/// The answer of `/api/models/{id}`: the fields that clients need, and the ones they would stumble over if they were missing.
struct MirrorModelInfo: Encodable {
    struct Sibling: Encodable {
        struct LargeFile: Encodable {
            let sha256: String
            let size: Int64
            let pointerSize: Int
        }

        let rfilename: String
        var size: Int64?
        var blobId: String?
        var lfs: LargeFile?

        init(_ file: MirrorFile, withBlobs: Bool) {
            rfilename = file.path.description
            guard withBlobs else { return }
            size = file.size
            blobId = file.blobID
            lfs = file.pointerSize.map { LargeFile(sha256: file.digest.hex, size: file.size, pointerSize: $0) }
        }
    }

    let id: String
    let modelId: String
    let author: String?
    let sha: String
    let lastModified: Timestamp
    let createdAt: Timestamp
    let `private` = false
    let gated = false
    let disabled = false
    let downloads = 0
    let likes = 0
    let tags: [String] = []
    let usedStorage: Int64
    let siblings: [Sibling]

    /// Describes a snapshot.
    ///
    /// - Parameters:
    ///   - snapshot: The repository.
    ///   - withBlobs: Whether each file carries its size and digests.
    init(_ snapshot: MirrorSnapshot, withBlobs: Bool) {
        id = snapshot.id.description
        modelId = id
        author = snapshot.id.namespace
        sha = snapshot.commit
        lastModified = snapshot.lastModified
        createdAt = lastModified
        usedStorage = snapshot.bytes
        siblings = snapshot.files.map { Sibling($0, withBlobs: withBlobs) }
    }
}
