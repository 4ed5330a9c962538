/// The number of streams for a file: one if a single stream uses the whole bandwidth, more if latency or a limit slows
/// each of them down.
struct StreamCount: Sendable {
    /// The current number of streams.
    private(set) var target = 1
    private let most: Int
    private var isSettled: Bool
    private var before: (target: Int, rate: Double)?

    /// The latency above which a single stream cannot use the whole bandwidth.
    private static let farAway: Duration = .milliseconds(15)
    /// The rate in bytes per second above which the processor limits a single stream.
    private static let fastEnough: Double = 400e6
    /// The minimum gain for which doubling the number of streams is worth the load on the server.
    private static let worthwhile = 1.25

    /// - Parameter most: The maximum number of streams, 1 or more.
    init(most: Int) {
        self.most = most
        self.isSettled = most < 2
    }

    /// Records the first response.
    ///
    /// - Parameter latency: The time from the request to the head of the response.
    mutating func answered(after latency: Duration) {
        guard !isSettled, before == nil, target == 1, latency >= Self.farAway else { return }
        target = most
        isSettled = true
    }

    /// Records the rate that was measured with the current number of streams.
    ///
    /// - Parameter rate: The total rate in bytes per second.
    mutating func measured(rate: Double) {
        guard !isSettled, rate > 0 else { return }
        if let before, rate < before.rate * Self.worthwhile {
            target = before.target
            isSettled = true
        } else if rate >= Self.fastEnough || target == most {
            isSettled = true
        } else {
            before = (target, rate)
            target = min(target * 2, most)
        }
    }
}
