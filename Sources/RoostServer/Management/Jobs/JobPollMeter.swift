/// Counts the requests for each job, and limits those of each client with a token bucket for each job.
///
/// A value without a clock: every call passes the time since a fixed point.
struct JobPollMeter {
    /// The sustained rate of a client's requests for a job, per second.
    static let rate = 100.0
    /// The most requests at once.
    static let burst = 200.0
    /// The most pairs of a job and a client in memory. Requests for further ones are answered and not counted.
    static let capacity = 10_000

    private struct Key: Hashable {
        let job: String
        let client: String
    }

    private struct Entry {
        var tokens: Double
        var time: Duration
        var calls: Int
    }

    private var entries: [Key: Entry] = [:]

    /// The number of pairs of a job and a client in memory.
    var count: Int { entries.count }

    /// Counts a request.
    ///
    /// - Parameters:
    ///   - id: The id of the job.
    ///   - client: Who sends it.
    ///   - now: The current time.
    /// - Returns: Whether to answer the request; otherwise it is not counted.
    mutating func admit(_ id: String, of client: String, at now: Duration) -> Bool {
        let key = Key(job: id, client: client)
        guard var entry = entries[key] ?? (entries.count < Self.capacity ? Entry(tokens: Self.burst, time: now, calls: 0) : nil) else { return true }
        entry.tokens = Self.tokens(of: entry, at: now)
        entry.time = now
        defer { entries[key] = entry }
        guard entry.tokens >= 1 else { return false }
        entry.tokens -= 1
        entry.calls += 1
        return true
    }

    /// Returns the counts since the last call, and removes jobs without recent requests.
    ///
    /// - Parameter now: The current time.
    /// - Returns: The number of requests by job, 1 or more each.
    mutating func takeCounts(at now: Duration) -> [String: Int] {
        var counts: [String: Int] = [:]
        for (key, entry) in entries where entry.calls > 0 { counts[key.job, default: 0] += entry.calls }
        entries = entries.compactMapValues { entry in
            guard Self.tokens(of: entry, at: now) < Self.burst else { return nil }
            return Entry(tokens: entry.tokens, time: entry.time, calls: 0)
        }
        return counts
    }

    /// Adds counts again that could not be written.
    ///
    /// - Parameters:
    ///   - counts: The result of `takeCounts`.
    ///   - now: The current time.
    mutating func putBack(_ counts: [String: Int], at now: Duration) {
        for (job, calls) in counts {
            // A count does not tell its clients, who have used their tokens for these requests already.
            let key = Key(job: job, client: "")
            guard entries[key] != nil || entries.count < Self.capacity else { continue }
            entries[key, default: Entry(tokens: Self.burst, time: now, calls: 0)].calls += calls
        }
    }

    private static func tokens(of entry: Entry, at now: Duration) -> Double {
        min(burst, entry.tokens + (now - entry.time) / .seconds(1) * rate)
    }
}
