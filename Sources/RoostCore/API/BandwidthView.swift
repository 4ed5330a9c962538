/// What downloads may take now: the answer to `GET /bandwidth`.
public struct BandwidthView: Sendable, Codable, Hashable {
    /// The most bytes a second of all downloads together; `nil` for no limit.
    public var bytesPerSecond: Int64?
    /// Whether downloads wait because a time window is `off`.
    public var isClosed: Bool
    /// Where this comes from.
    public var source: Source

    /// Where a limit comes from.
    public enum Source: String, Sendable, Codable, Hashable {
        /// The setting `max_download_rate`.
        case configuration
        /// The setting `download_windows`.
        case window
        /// `PUT /bandwidth`; it holds until `DELETE /bandwidth` or the server's end.
        case request
    }

    /// Makes a view.
    ///
    /// - Parameters:
    ///   - bytesPerSecond: The most bytes a second.
    ///   - isClosed: Whether downloads wait.
    ///   - source: Where this comes from.
    public init(bytesPerSecond: Int64?, isClosed: Bool, source: Source) {
        self.bytesPerSecond = bytesPerSecond
        self.isClosed = isClosed
        self.source = source
    }

    private enum CodingKeys: String, CodingKey {
        case bytesPerSecond = "bytes_per_second"
        case isClosed = "closed"
        case source
    }

    /// Writes all fields, an absent limit as `null`.
    ///
    /// - Parameter encoder: Where to.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(bytesPerSecond, forKey: .bytesPerSecond)
        try container.encode(isClosed, forKey: .isClosed)
        try container.encode(source, forKey: .source)
    }
}
