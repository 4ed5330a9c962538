import Synchronization

/// Holds senders back so that all of them together stay below a speed.
final class BandwidthLimiter: Sendable {
    /// How much to send at a time so that the line looks steady: a twentieth of a second's worth.
    let chunkSize: Int
    private let schedule: Mutex<BandwidthSchedule>

    /// Limits everybody who asks this object.
    ///
    /// - Parameter bytesPerSecond: At least 1.
    init(bytesPerSecond: Int64) {
        self.chunkSize = Int(min(max(bytesPerSecond / 20, 1024), 256 << 10))
        self.schedule = Mutex(BandwidthSchedule(bytesPerSecond: bytesPerSecond))
    }

    /// Waits until some bytes may go.
    ///
    /// - Parameter bytes: How many.
    /// - Throws: `CancellationError`.
    func admit(_ bytes: Int) async throws {
        let moment = schedule.withLock { $0.reserve(bytes, at: .now) }
        try await Task.sleep(until: moment, clock: .continuous)
    }
}
