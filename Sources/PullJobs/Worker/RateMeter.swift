/// The transfer rate of the last seconds: steady, but quick to show a stall.
struct RateMeter: Sendable, Hashable {
    private struct Sample: Sendable, Hashable {
        let time: Duration
        let bytes: Int64
    }

    /// Long enough for a steady rate, short enough to show a stall soon.
    private static let window: Duration = .seconds(5)
    /// Samples closer together than this add no information.
    private static let spacing: Duration = .milliseconds(100)

    private var samples: [Sample] = []

    /// Records the number of bytes at a time; a decrease restarts the measurement.
    mutating func record(bytes: Int64, at now: Duration) {
        if let last = samples.last {
            if bytes < last.bytes { samples = [] } else if now - last.time < Self.spacing { return }
        }
        samples.append(Sample(time: now, bytes: bytes))
        samples.removeAll { now - $0.time > Self.window }
    }

    /// Bytes per second since the oldest sample in the window; `nil` before the second sample, or when the window is
    /// empty.
    func bytesPerSecond(at now: Duration) -> Double? {
        let recent = samples.filter { now - $0.time <= Self.window }
        guard let first = recent.first, let last = recent.last, first != last else { return nil }
        return Double(last.bytes - first.bytes) / ((now - first.time) / .seconds(1))
    }
}
