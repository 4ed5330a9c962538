/// How much of one file of a running pull is here.
public struct FileProgress: Sendable, Hashable, Codable {
    /// The path within the repository.
    public var path: String
    /// Bytes.
    public var size: Int64
    /// How many of them are here.
    public var downloadedBytes: Int64

    /// Makes a progress.
    ///
    /// - Parameters:
    ///   - path: The path within the repository.
    ///   - size: Bytes.
    ///   - downloadedBytes: How many of them are here.
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
