/// A file of a pull, as a row of `job_files` and as JSON in the API.
public struct JobFile: Sendable, Hashable, Codable {
    /// The path within the repository.
    public var path: String
    /// The size in bytes.
    public var size: Int64
    /// The digest that the Hub announced: `sha256:…` or `git-sha1:…`, in lower-case hexadecimal.
    public var digest: String
    /// The byte ranges that are on this machine and verified: pairs of the first byte and the byte after the last, in
    /// ascending order, with gaps between them.
    public var verified: [[Int64]]

    /// Creates a file.
    public init(path: String, size: Int64, digest: String, verified: [[Int64]] = []) {
        self.path = path
        self.size = size
        self.digest = digest
        self.verified = verified
    }
}
