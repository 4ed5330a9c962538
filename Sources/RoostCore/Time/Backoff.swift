/// The pauses between tries of something that fails: each is twice as long as the one before.
package struct Backoff: Sendable, Hashable {
    /// The first pause.
    package var first: Duration
    /// The longest pause.
    package var most: Duration
    /// The part by which a pause is longer or shorter at random, 0.0 … 1.0, so that clients that failed together do not
    /// return together.
    package var spread: Double

    /// Creates pauses.
    package init(first: Duration, most: Duration, spread: Double = 0) {
        self.first = first
        self.most = most
        self.spread = spread
    }

    /// Returns the pause before the next try.
    ///
    /// - Parameters:
    ///   - failures: The number of failed tries, including this one; 1 or more.
    ///   - jitter: The position in the range of the pause, 0.0 … 1.0.
    /// - Returns: A pause; `most` applies before the spread.
    package func pause(after failures: Int, jitter: Double = .random(in: 0...1)) -> Duration {
        let doubled = first * Double(1 << min(max(failures, 1) - 1, 40))
        return min(doubled, most) * (1 - spread + 2 * spread * min(max(jitter, 0), 1))
    }
}
