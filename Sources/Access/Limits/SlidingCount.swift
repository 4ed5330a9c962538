/// An amount in the last 60 seconds, and one on this day of UTC.
///
/// The seconds are counted one by one, so an amount leaves the minute between 60 and 61 seconds after it came: no 60
/// seconds ever have more than the sum tells.
struct SlidingCount: Sendable, Hashable {
    /// The seconds for which an amount is kept, besides the one in which it came.
    private static let window = 60

    private struct Entry: Sendable, Hashable {
        let second: Int
        var amount: Int
    }

    private var entries: [Entry] = []
    private var day = 0
    private var amountOfDay = 0

    /// Adds an amount.
    mutating func add(_ amount: Int, at moment: LimitMoment) {
        forget(at: moment)
        amountOfDay += amount
        if let last = entries.last, last.second == moment.second {
            entries[entries.count - 1].amount += amount
        } else {
            entries.append(Entry(second: moment.second, amount: amount))
        }
    }

    /// Adds the amount of a day that was counted before.
    mutating func resume(_ amount: Int, at moment: LimitMoment) {
        forget(at: moment)
        amountOfDay += amount
    }

    /// Forgets what no window has any more.
    mutating func forget(at moment: LimitMoment) {
        if day != moment.day { (day, amountOfDay) = (moment.day, 0) }
        entries.removeAll { moment.second - $0.second > Self.window }
    }

    /// The amount in the last minute.
    var minute: Int { entries.reduce(0) { $0 + $1.amount } }

    /// The amount on this day.
    var today: Int { amountOfDay }

    /// Returns the time until some of the minute's amount has left.
    ///
    /// - Parameters:
    ///   - amount: What has to leave, at least.
    ///   - moment: The current time.
    /// - Returns: A time above zero, at most 61 seconds.
    func wait(for amount: Int, at moment: LimitMoment) -> Duration {
        var left = 0
        for entry in entries {
            left += entry.amount
            if left >= amount { return max(.seconds(entry.second + Self.window + 1) - moment.now, .milliseconds(1)) }
        }
        return .seconds(Self.window)
    }
}

/// The current time for limits: one that never goes back for minutes, and a date for days.
package struct LimitMoment: Sendable, Hashable {
    /// The time since a fixed moment.
    package let now: Duration
    /// The number of the day in UTC, since 1970.
    package let day: Int
    /// The time until the day ends.
    package let restOfDay: Duration

    /// Creates a moment.
    ///
    /// - Parameters:
    ///   - now: The time since a fixed moment.
    ///   - seconds: The seconds since 1970.
    package init(now: Duration, secondsSince1970 seconds: Double) {
        self.now = now
        day = Int((seconds / 86_400).rounded(.down))
        restOfDay = .seconds(Double(day + 1) * 86_400 - seconds)
    }

    var second: Int { Int(now.components.seconds) }
}
