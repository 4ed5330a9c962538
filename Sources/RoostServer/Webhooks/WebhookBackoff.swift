import Foundation

/// When a call that failed is made again: after 10 s, then twice as long each time up to an hour, 12 calls in about four hours.
struct WebhookBackoff: Sendable {
    /// So many calls, then it is given up.
    static let mostTries = 12
    /// In seconds.
    static let pauses = 10.0...3600.0

    /// 0.8 … 1.2: receivers that failed together are not called together again.
    var jitter: @Sendable () -> Double = { Double.random(in: 0.8...1.2) }

    /// The pause before the next call.
    ///
    /// - Parameter failures: How many calls have failed, this one included; 1 or more.
    /// - Returns: Seconds; `nil` to give up.
    func pause(after failures: Int) -> TimeInterval? {
        guard failures < Self.mostTries else { return nil }
        let pause = Self.pauses.lowerBound * pow(2, Double(max(failures, 1) - 1)) * jitter()
        return min(max(pause, Self.pauses.lowerBound), Self.pauses.upperBound)
    }
}
