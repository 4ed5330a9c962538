import NIOCore

/// Judges whether a client takes what waits for it. Slow lines are fine; a client that has stopped to read holds memory and work that others need.
struct ReaderPace {
    /// How much must be taken in a window, in bytes, unless nothing is left.
    let leastBytes: Int

    private var waiting = 0

    init(leastBytes: Int) { self.leastBytes = leastBytes }

    /// Begins a window.
    ///
    /// - Parameter waiting: The bytes that wait for the client.
    mutating func begin(waiting: Int) { self.waiting = waiting }

    /// Ends a window, and begins the next one.
    ///
    /// - Parameter now: The bytes that wait for the client.
    /// - Returns: Whether the client has taken enough.
    mutating func passes(waiting now: Int) -> Bool {
        defer { waiting = now }
        return now == 0 || waiting - now >= leastBytes
    }
}
