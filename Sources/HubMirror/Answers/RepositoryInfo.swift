import RoostCore

/// The answer of `/api/models/{id}` and the similar routes without the list of files: the fields that clients need, and
/// those whose absence would be an error to them.
struct RepositoryInfo: Encodable {
    /// An entry of the list of files, which can be long and is created while it is sent.
    struct Sibling: Encodable, Sendable {
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

    let id: String
    let modelId: String?
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
    /// The requested keys; `nil` for all.
    private let wanted: Set<String>?

    /// Creates the description of a snapshot.
    ///
    /// - Parameters:
    ///   - snapshot: The repository.
    ///   - wanted: The keys of the answer, in addition to the name; `nil` for all.
    init(_ snapshot: MirrorSnapshot, wanted: Set<String>?) {
        self.wanted = wanted
        id = snapshot.id.description
        modelId = snapshot.id.kind == .model ? id : nil
        author = snapshot.id.namespace
        sha = snapshot.commit
        lastModified = snapshot.lastModified
        createdAt = lastModified
        usedStorage = snapshot.bytes
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        func put(_ value: some Encodable, _ key: CodingKeys) throws {
            if wanted?.contains(key.rawValue) ?? true { try container.encode(value, forKey: key) }
        }
        if let modelId { try put(modelId, .modelId) }
        if let author { try put(author, .author) }
        try put(sha, .sha)
        try put(lastModified, .lastModified)
        try put(createdAt, .createdAt)
        try put(self.private, .private)
        try put(gated, .gated)
        try put(disabled, .disabled)
        try put(downloads, .downloads)
        try put(likes, .likes)
        try put(tags, .tags)
        try put(usedStorage, .usedStorage)
    }

    private enum CodingKeys: String, CodingKey {
        case id, modelId, author, sha, lastModified, createdAt, `private`, gated, disabled, downloads, likes, tags, usedStorage
    }
}
