/// The time for which an engine waits for the client that reads its answer. Its slot stays taken meanwhile, so there is a limit.
struct ReadingDelay: Sendable {
    /// The bytes a second that every client may read slowly: an engine waits longer for a long answer.
    private static let leastPace = 64 << 10

    /// The time that needs no bytes.
    private let free: Duration
    private var bytes = 0
    private var waited: Duration = .zero
    private var since: ContinuousClock.Instant?

    /// Creates a delay of zero.
    ///
    /// - Parameter free: The time that needs no bytes; a minute is usual.
    init(free: Duration = .seconds(60)) { self.free = free }

    /// Begins to wait until the client has read enough.
    mutating func begin(at now: ContinuousClock.Instant = .now) { since = now }

    /// Ends the wait; these bytes go to the client.
    mutating func end(at now: ContinuousClock.Instant = .now, bytes: Int) {
        if let since { waited += now - since }
        since = nil
        self.bytes += bytes
    }

    /// Whether the engine has waited for longer than a minute, and a second for each 64 KiB of the answer so far.
    func isTooLong(at now: ContinuousClock.Instant = .now) -> Bool {
        guard let since else { return false }
        return waited + (now - since) > free + .seconds(1) * (Double(bytes) / Double(Self.leastPace))
    }
}
