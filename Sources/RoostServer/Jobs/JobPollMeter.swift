/// Counts how often jobs are asked for, and says when one is asked for too often: a bucket of tokens for each job.
///
/// A value without a clock: every call carries the time since some fixed point.
struct JobPollMeter {
    /// How often a job may be asked for in the long run, per second.
    static let rate = 100.0
    /// How often at once.
    static let burst = 200.0
    /// How many jobs are kept in mind. What is asked about further ones is answered, and not counted.
    static let capacity = 10_000

    private struct Entry {
        var tokens: Double
        var time: Duration
        var calls: Int
    }

    private var entries: [String: Entry] = [:]

    /// How many jobs are in mind.
    var count: Int { entries.count }

    /// Counts a call.
    ///
    /// - Parameters:
    ///   - id: The job that was asked for.
    ///   - now: The time.
    /// - Returns: Whether to answer it; if not, it is not counted.
    mutating func admit(_ id: String, at now: Duration) -> Bool {
        guard var entry = entries[id] ?? (entries.count < Self.capacity ? Entry(tokens: Self.burst, time: now, calls: 0) : nil) else { return true }
        entry.tokens = Self.tokens(of: entry, at: now)
        entry.time = now
        defer { entries[id] = entry }
        guard entry.tokens >= 1 else { return false }
        entry.tokens -= 1
        entry.calls += 1
        return true
    }

    /// Gives the counts since the last time, and forgets the jobs that nobody has asked for lately.
    ///
    /// - Parameter now: The time.
    /// - Returns: Calls by job; 1 or more each.
    mutating func takeCounts(at now: Duration) -> [String: Int] {
        let counts = entries.compactMapValues { $0.calls > 0 ? $0.calls : nil }
        entries = entries.compactMapValues { entry in
            guard Self.tokens(of: entry, at: now) < Self.burst else { return nil }
            return Entry(tokens: entry.tokens, time: entry.time, calls: 0)
        }
        return counts
    }

    /// Takes counts back that could not be written.
    ///
    /// - Parameters:
    ///   - counts: What `takeCounts` gave.
    ///   - now: The time.
    mutating func putBack(_ counts: [String: Int], at now: Duration) {
        for (id, calls) in counts where entries[id] != nil || entries.count < Self.capacity {
            entries[id, default: Entry(tokens: Self.burst, time: now, calls: 0)].calls += calls
        }
    }

    private static func tokens(of entry: Entry, at now: Duration) -> Double {
        min(burst, entry.tokens + (now - entry.time) / .seconds(1) * rate)
    }
}
