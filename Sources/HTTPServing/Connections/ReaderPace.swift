import NIOCore

/// Decides whether a client reads its data. A slow connection is allowed; a client that has stopped to read uses memory
/// and work that others need.
package struct ReaderPace {
    /// The number of bytes that must be accepted in a window, unless none are left.
    package let leastBytes: Int

    private var waiting = 0

    package init(leastBytes: Int) { self.leastBytes = leastBytes }

    /// Begins a window.
    ///
    /// - Parameter waiting: The number of bytes that wait for the client.
    package mutating func begin(waiting: Int) { self.waiting = waiting }

    /// Ends a window and begins the next one.
    ///
    /// - Parameter now: The number of bytes that wait for the client.
    /// - Returns: Whether the client has accepted enough.
    package mutating func passes(waiting now: Int) -> Bool {
        defer { waiting = now }
        return now == 0 || waiting - now >= leastBytes
    }
}
