/// Shares a line of limited speed among all who send: everybody gets the next free moment.
struct BandwidthSchedule: Sendable {
    /// The line's speed.
    let bytesPerSecond: Int64
    private var free: ContinuousClock.Instant?

    /// A free line.
    ///
    /// - Parameter bytesPerSecond: At least 1.
    init(bytesPerSecond: Int64) { self.bytesPerSecond = max(1, bytesPerSecond) }

    /// Takes the line for some bytes.
    ///
    /// - Parameters:
    ///   - bytes: How many.
    ///   - now: The time.
    /// - Returns: When the last of them would have left a line of that speed.
    mutating func reserve(_ bytes: Int, at now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        // Senders wake up late; what the line lost by that, up to a tenth of a second, may be made good.
        let end = max(free ?? now, now - .milliseconds(100)).advanced(by: .seconds(Double(bytes) / Double(bytesPerSecond)))
        free = end
        return end
    }
}
