import Foundation

/// The times of retries of a failed call: after 10 s, then twice as long each time up to an hour; 12 calls in about
/// four hours.
struct WebhookBackoff: Sendable {
    /// The number of calls after which a webhook is given up.
    static let mostTries = 12
    /// The shortest and the longest pause in seconds.
    static let pauses = 10.0...3600.0

    /// A factor of 0.8 … 1.2, so that receivers that failed together are not called together again.
    var jitter: @Sendable () -> Double = { Double.random(in: 0.8...1.2) }

    /// Returns the pause before the next call.
    ///
    /// - Parameter failures: The number of failed calls including this one; 1 or more.
    /// - Returns: Seconds; `nil` to give up.
    func pause(after failures: Int) -> TimeInterval? {
        guard failures < Self.mostTries else { return nil }
        let pause = Self.pauses.lowerBound * pow(2, Double(max(failures, 1) - 1)) * jitter()
        return min(max(pause, Self.pauses.lowerBound), Self.pauses.upperBound)
    }
}
