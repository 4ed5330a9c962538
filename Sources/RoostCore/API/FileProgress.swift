/// The progress of one file of a running pull.
public struct FileProgress: Sendable, Hashable, Codable {
    /// The path within the repository.
    public var path: String
    /// The size in bytes.
    public var size: Int64
    /// The number of bytes on this machine.
    public var downloadedBytes: Int64

    /// Creates a file's progress.
    public init(path: String, size: Int64, downloadedBytes: Int64) {
        self.path = path
        self.size = size
        self.downloadedBytes = downloadedBytes
    }

    private enum CodingKeys: String, CodingKey {
        case path, size
        case downloadedBytes = "downloaded_bytes"
    }
}
