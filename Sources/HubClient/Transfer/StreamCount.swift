/// How many streams fetch a file: one where a single one fills the line, more where each is held back by distance or a cap.
struct StreamCount: Sendable {
    /// How many there should be now.
    private(set) var target = 1
    private let most: Int
    private var isSettled: Bool
    private var before: (target: Int, rate: Double)?

    /// A connection that answers later than this is far away: one stream cannot fill its line.
    private static let farAway: Duration = .milliseconds(15)
    /// Bytes a second. Who is this fast with one stream is held back by its own processor.
    private static let fastEnough: Double = 400e6
    /// A doubling that brings less than this is not worth the other side's trouble.
    private static let worthwhile = 1.25

    /// - Parameter most: 1 or more.
    init(most: Int) {
        self.most = most
        self.isSettled = most < 2
    }

    /// The first answer has come.
    ///
    /// - Parameter latency: From the request to the answer's head.
    mutating func answered(after latency: Duration) {
        guard !isSettled, before == nil, target == 1, latency >= Self.farAway else { return }
        target = most
        isSettled = true
    }

    /// A while with the present number of streams is over.
    ///
    /// - Parameter rate: What they brought, bytes a second.
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
