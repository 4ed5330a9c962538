/// The progress of one file of a running pull.
package struct FileProgress: Sendable, Hashable, Codable {
    /// The path within the repository.
    package var path: String
    /// The size in bytes.
    package var size: Int64
    /// The number of bytes on this machine.
    package var downloadedBytes: Int64

    /// Creates a file's progress.
    package init(path: String, size: Int64, downloadedBytes: Int64) {
        self.path = path
        self.size = size
        self.downloadedBytes = downloadedBytes
    }

    private enum CodingKeys: String, CodingKey {
        case path, size
        case downloadedBytes = "downloaded_bytes"
    }
}
