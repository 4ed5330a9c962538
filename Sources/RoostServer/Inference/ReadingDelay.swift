/// The time for which an answer waits for the client that reads it. Memory and the slot of an engine stay taken meanwhile, so there is
/// a limit.
struct ReadingDelay: Sendable {
    /// The bytes that give a second more, so that a long answer waits longer.
    private let leastPace: Int
    /// The time that needs no bytes.
    private let free: Duration
    private var bytes = 0
    private var waited: Duration = .zero
    private var since: ContinuousClock.Instant?

    /// Creates a delay of zero.
    ///
    /// - Parameters:
    ///   - free: The time that needs no bytes.
    ///   - leastPace: The bytes that give a second more.
    init(free: Duration = .seconds(60), leastPace: Int = 64 << 10) {
        self.free = free
        self.leastPace = leastPace
    }

    /// Begins to wait until the client has read enough.
    mutating func begin(at now: ContinuousClock.Instant = .now) { since = now }

    /// Ends the wait; these bytes go to the client.
    mutating func end(at now: ContinuousClock.Instant = .now, bytes: Int) {
        if let since { waited += now - since }
        since = nil
        self.bytes += bytes
    }

    /// Whether the answer has waited for too long.
    func isTooLong(at now: ContinuousClock.Instant = .now) -> Bool {
        guard let since else { return false }
        return waited + (now - since) > free + .seconds(1) * (Double(bytes) / Double(leastPace))
    }
}
