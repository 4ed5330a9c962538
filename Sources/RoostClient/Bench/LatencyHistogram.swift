import RoostCore

/// Durations counted in buckets, so that any number of them needs the same memory.
///
/// Each power of two of nanoseconds has 128 buckets, and a percentile is the middle of a bucket: it differs from the
/// exact one by at most 1/256 (0.4 %). The longest duration is exact. Durations above 78 hours count as 78 hours.
package struct LatencyHistogram: Sendable {
    private static let bits = 7
    /// The number of buckets for each power of two.
    private static let share = 1 << bits
    private static let most: UInt64 = 1 << 48 - 1

    /// The number of durations.
    package private(set) var count = 0
    /// The longest duration; zero when there is none.
    package private(set) var longest: Duration = .zero
    private var buckets: [Int] = []

    /// Creates an empty histogram.
    package init() {}

    /// Adds a duration; a negative one counts as zero.
    package mutating func add(_ duration: Duration) {
        count += 1
        longest = max(longest, duration)
        let index = Self.index(of: min(UInt64(max(duration.nanoseconds, 0)), Self.most))
        if index >= buckets.count { buckets += [Int](repeating: 0, count: index + 1 - buckets.count) }
        buckets[index] += 1
    }

    /// Returns the shortest duration that a part of all durations does not exceed (nearest rank).
    ///
    /// - Parameter part: 0.0 … 1.0, such as 0.95.
    /// - Returns: The duration, at most 0.4 % from the exact one; `nil` when there is none.
    package func percentile(_ part: Double) -> Duration? {
        guard count > 0 else { return nil }
        let rank = min(max(Int((part * Double(count)).rounded(.up)), 1), count)
        var seen = 0
        for (index, number) in buckets.enumerated() {
            seen += number
            if seen >= rank { return min(Self.middle(of: index), longest) }
        }
        return longest
    }

    private static func index(of nanoseconds: UInt64) -> Int {
        guard nanoseconds >= share else { return Int(nanoseconds) }
        let shift = UInt64.bitWidth - 1 - nanoseconds.leadingZeroBitCount - bits
        return shift * share + Int(nanoseconds >> shift)
    }

    private static func middle(of index: Int) -> Duration {
        guard index >= 2 * share else { return .nanoseconds(index) }
        let shift = index / share - 1
        return .nanoseconds(Int64(index % share + share) << shift + Int64(1) << (shift - 1))
    }
}
