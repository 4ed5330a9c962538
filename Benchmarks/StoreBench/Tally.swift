/// The times of one worker's calls.
struct Tally: Sendable {
    /// Of every call, also of those that found the file locked: somebody waited for them.
    private(set) var nanoseconds: [UInt64] = []
    /// Calls that did what they should.
    var done = 0
    /// Calls that ended because another connection held the lock for too long.
    var locked = 0
    /// Time that is not part of the measurement.
    var paused = Duration.zero

    init() { nanoseconds.reserveCapacity(1 << 18) }

    mutating func add(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        nanoseconds.append(UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000)
    }
}
