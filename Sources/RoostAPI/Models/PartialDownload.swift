package import RoostCore

/// The rest of an unfinished download in the Hub cache.
package struct PartialDownload: Sendable, Codable, Hashable {
    /// The repository.
    package var model: String
    /// The absolute path of the file.
    package var path: String
    /// The disk space in bytes.
    package var bytes: Int64
    /// The program that started the download: `roost`, `huggingface_hub` or `llama.cpp`.
    package var writer: String
    /// The time of the last write.
    package var modifiedAt: Timestamp
    /// Whether a process holds the file's lock now.
    package var isInUse: Bool
    /// The id of an unfinished pull of the repository, which can continue the download.
    package var jobID: String?

    /// Creates an entry.
    package init(model: String, path: String, bytes: Int64, writer: String, modifiedAt: Timestamp, isInUse: Bool) {
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
