package import RoostCore

/// The answer to `GET /bandwidth`: the download limit in force.
package struct BandwidthView: Sendable, Codable, Hashable {
    /// The most bytes per second of all downloads together; `nil` for no limit.
    @ExplicitNull package var bytesPerSecond: Int64?
    /// Whether downloads wait because a time window is `off`.
    package var isClosed: Bool
    /// The origin of the limit.
    package var source: Source

    /// The origin of a download limit.
    package enum Source: String, Sendable, Codable, Hashable {
        /// The setting `max_download_rate`.
        case configuration
        /// The setting `download_windows`.
        case window
        /// `PUT /bandwidth`; in force until `DELETE /bandwidth` or the end of the server.
        case request
    }

    /// Makes a view.
    package init(bytesPerSecond: Int64?, isClosed: Bool, source: Source) {
        self.bytesPerSecond = bytesPerSecond
        self.isClosed = isClosed
        self.source = source
    }

    private enum CodingKeys: String, CodingKey {
        case bytesPerSecond = "bytes_per_second"
        case isClosed = "closed"
        case source
    }
}
