/// Divides a limited rate among all senders, in the order in which they ask.
struct BandwidthSchedule: Sendable {
    /// The rate.
    let bytesPerSecond: Int64
    private var free: ContinuousClock.Instant?

    /// Creates a schedule without reservations.
    init(bytesPerSecond: Int64) { self.bytesPerSecond = max(1, bytesPerSecond) }

    /// Reserves the time for some bytes.
    ///
    /// - Parameters:
    ///   - bytes: The number of bytes.
    ///   - now: The current time.
    /// - Returns: The time at which the last of them has been sent at this rate.
    mutating func reserve(_ bytes: Int, at now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        // Senders wake up late; up to a tenth of a second that was lost in this way may be made up.
        let end = max(free ?? now, now - .milliseconds(100)).advanced(by: .seconds(Double(bytes) / Double(bytesPerSecond)))
        free = end
        return end
    }
}
