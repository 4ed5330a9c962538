/// The durations of one worker's calls.
struct Tally: Sendable {
    /// The duration of every call, also of those that failed on a locked file, because their callers waited.
    private(set) var nanoseconds: [UInt64] = []
    /// The number of successful calls.
    var done = 0
    /// The number of calls that failed because another connection held the lock for too long.
    var locked = 0
    /// The time that does not count.
    var paused = Duration.zero

    init() { nanoseconds.reserveCapacity(1 << 18) }

    mutating func add(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        nanoseconds.append(UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000)
    }
}
