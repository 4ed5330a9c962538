import RoostCore

/// Decides after each crash whether and when an engine is restarted.
///
/// The first restart comes at once, because streams wait for it. The delay before each further one doubles, and starts over after an engine was healthy for
/// `healthyAfter`. After `maxCrashes` crashes within `window`, or in a row, the engine is not restarted: one that hangs in each
/// load crashes only once in a window.
struct RestartPolicy: Sendable, Hashable {
    /// The policy for crashes during requests: a model that answers no request between ten crashes is not usable.
    static let overRequests = RestartPolicy(maxCrashes: 10, window: .seconds(1800))

    /// The delays before the second restart in a row and further ones.
    private static let backoff = Backoff(first: .milliseconds(500), most: .seconds(30))

    private static let healthyAfter: Duration = .seconds(60)

    let maxCrashes: Int
    let window: Duration

    private var crashes: [Duration] = []
    private var inARow = 0

    /// Creates a policy without crashes.
    init(maxCrashes: Int = 5, window: Duration = .seconds(300)) {
        self.maxCrashes = maxCrashes
        self.window = window
    }

    /// Records a crash of an engine.
    ///
    /// - Parameters:
    ///   - now: The time of the crash.
    ///   - readySince: The time when it became ready, if it did.
    /// - Returns: The time to wait before the next start, or `nil` to give up.
    mutating func crashed(at now: Duration, readySince: Duration?) -> Duration? {
        if let readySince, now - readySince >= Self.healthyAfter { inARow = 0 }
        crashes.removeAll { now - $0 > window }
        crashes.append(now)
        inARow += 1
        guard crashes.count < maxCrashes, inARow < maxCrashes else { return nil }
        return inARow == 1 ? .zero : Self.backoff.pause(after: inARow - 1)
    }
}
