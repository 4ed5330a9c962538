import RoostCore

/// Decides after each crash whether and when an engine is restarted.
///
/// The delay doubles with each crash and starts over after an engine was healthy for `healthyAfter`. After `maxCrashes` crashes within `window` the engine is not restarted.
struct RestartPolicy: Sendable, Hashable {
    /// The delays before restarts.
    static let backoff = Backoff(first: .milliseconds(500), most: .seconds(30))

    var healthyAfter: Duration = .seconds(60)
    var maxCrashes = 5
    var window: Duration = .seconds(300)

    private var crashes: [Duration] = []
    private var inARow = 0

    init() {}

    /// Records a crash of an engine.
    ///
    /// - Parameters:
    ///   - now: The time of the crash.
    ///   - readySince: The time when it became ready, if it did.
    /// - Returns: The time to wait before the next start, or `nil` to give up.
    mutating func crashed(at now: Duration, readySince: Duration?) -> Duration? {
        if let readySince, now - readySince >= healthyAfter { inARow = 0 }
        crashes.removeAll { now - $0 > window }
        crashes.append(now)
        inARow += 1
        guard crashes.count < maxCrashes else { return nil }
        return Self.backoff.pause(after: inARow)
    }
}
