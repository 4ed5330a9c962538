import RoostCore

/// The rate limits of a download: the limit of all downloads, and that of the job.
package struct DownloadLimits: Sendable {
    let limiters: [BandwidthLimiter]

    /// Waits until more bytes are allowed. The bytes that have arrived are not delayed; the next read is, and therefore
    /// the server.
    func admit(_ bytes: Int) async throws {
        for limiter in limiters { try await limiter.admit(bytes) }
    }

    /// The number of streams that a limit can keep busy. Too many streams on a slow limit would each be silent for so
    /// long that the server closes them.
    var mostStreams: Int {
        guard let rate = limiters.compactMap(\.bytesPerSecond).min() else { return .max }
        return Int(max(1, min(rate / (2 << 20), 64)))
    }
}
