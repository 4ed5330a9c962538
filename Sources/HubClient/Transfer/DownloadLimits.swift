import RoostCore

/// What holds a download back: the limit of all downloads, and that of the job.
struct DownloadLimits: Sendable {
    let limiters: [BandwidthLimiter]

    /// Waits until some bytes may come. What has come already is not held back: the next read is, and with it the other side.
    func admit(_ bytes: Int) async throws {
        for limiter in limiters { try await limiter.admit(bytes) }
    }

    /// How many streams a limit leaves something to do. Many that share a slow line would each be silent for so long that the other side gives up.
    var mostStreams: Int {
        guard let rate = limiters.compactMap(\.bytesPerSecond).min() else { return .max }
        return Int(max(1, min(rate / (2 << 20), 64)))
    }
}
