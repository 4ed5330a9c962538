/// One file of a pull, as a row of `job_files` and as the API's JSON.
public struct JobFile: Sendable, Hashable, Codable {
    /// The path within the repository.
    public var path: String
    /// Bytes.
    public var size: Int64
    /// What the Hub promises: `sha256:…` or `git-sha1:…`, in lower-case hexadecimal.
    public var digest: String
    /// Which bytes are here and verified: pairs of first byte and the byte after the last, in order, none touching another.
    public var verified: [[Int64]]

    /// Makes a file.
    ///
    /// - Parameters:
    ///   - path: The path within the repository.
    ///   - size: Bytes.
    ///   - digest: What the Hub promises.
    ///   - verified: Which bytes are here and verified.
    public init(path: String, size: Int64, digest: String, verified: [[Int64]] = []) {
        self.path = path
        self.size = size
        self.digest = digest
        self.verified = verified
    }
}
