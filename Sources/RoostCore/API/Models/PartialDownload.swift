/// What an unfinished download has left in the Hub cache.
public struct PartialDownload: Sendable, Codable, Hashable {
    /// The repository it belongs to.
    public var model: String
    /// The file, absolute.
    public var path: String
    /// What it takes on the disk.
    public var bytes: Int64
    /// Who began it: `roost`, `huggingface_hub` or `llama.cpp`.
    public var writer: String
    /// When it was last written to.
    public var modifiedAt: Timestamp
    /// Whether a process holds its lock now.
    public var isInUse: Bool
    /// An unfinished pull of its repository, which may go on from it.
    public var jobID: String?

    /// Makes an entry.
    ///
    /// - Parameters:
    ///   - model: The repository it belongs to.
    ///   - path: The file.
    ///   - bytes: What it takes on the disk.
    ///   - writer: Who began it.
    ///   - modifiedAt: When it was last written to.
    ///   - isInUse: Whether a process holds its lock.
    public init(model: String, path: String, bytes: Int64, writer: String, modifiedAt: Timestamp, isInUse: Bool) {
        self.model = model
        self.path = path
        self.bytes = bytes
        self.writer = writer
        self.modifiedAt = modifiedAt
        self.isInUse = isInUse
    }

    private enum CodingKeys: String, CodingKey {
        case model, path, bytes, writer
        case modifiedAt = "modified_at"
        case isInUse = "in_use"
        case jobID = "job_id"
    }
}
