/// The result that a contestant prints as a line of JSON.
struct BenchResult: Encodable {
    private let ops: Int
    private let seconds: Double
    private let perSecond: Double
    private let p50Ms: Double
    private let p99Ms: Double
    private let maxMs: Double
    private let locked: Int

    private enum CodingKeys: String, CodingKey {
        case ops, seconds, locked
        case perSecond = "per_second"
        case p50Ms = "p50_ms"
        case p99Ms = "p99_ms"
        case maxMs = "max_ms"
    }

    /// Combines the results of the workers.
    ///
    /// - Parameters:
    ///   - tallies: The measurements of each worker; together at least one call.
    ///   - elapsed: The time from the first call to the end of the last, without pauses.
    init(_ tallies: [Tally], in elapsed: Duration) {
        let times = tallies.flatMap(\.nanoseconds).sorted()
        func milliseconds(_ share: Double) -> Double { Double(times[min(times.count - 1, Int(Double(times.count) * share))]) / 1e6 }
        ops = tallies.reduce(0) { $0 + $1.done }
        seconds = elapsed / .seconds(1)
        perSecond = Double(ops) / seconds
        p50Ms = milliseconds(0.50)
        p99Ms = milliseconds(0.99)
        maxMs = milliseconds(1)
        locked = tallies.reduce(0) { $0 + $1.locked }
    }

    /// Creates the result of one call.
    ///
    /// - Parameter duration: The duration of the call.
    init(once duration: Duration) {
        var tally = Tally()
        tally.add(duration)
        tally.done = 1
        self.init([tally], in: duration)
    }
}
