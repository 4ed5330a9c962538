import RoostCore

/// The times of retries of a failed call: after 10 s, then twice as long each time up to an hour; 12 calls in about
/// three and a half hours.
struct WebhookBackoff: Sendable {
    /// The number of calls after which a webhook is given up.
    static let mostTries = 12

    private static let backoff = Backoff(first: .seconds(10), most: .seconds(3600), spread: 0.2)

    /// The position in the range of a pause, 0.0 … 1.0.
    var jitter: @Sendable () -> Double = { Double.random(in: 0...1) }

    /// Returns the pause before the next call.
    ///
    /// - Parameter failures: The number of failed calls including this one; 1 or more.
    /// - Returns: 10 seconds to an hour; `nil` to give up.
    func pause(after failures: Int) -> Duration? {
        guard failures < Self.mostTries else { return nil }
        return min(max(Self.backoff.pause(after: failures, jitter: jitter()), Self.backoff.first), Self.backoff.most)
    }
}
