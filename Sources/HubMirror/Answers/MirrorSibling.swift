import RoostCore

/// An entry of the list of files in `/api/models/{id}`.
struct MirrorSibling: Encodable, Sendable {
    struct LargeFile: Encodable, Sendable {
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
