/// Shares the missing bytes of a file out among streams: in order, and at the end, when nothing is left to give, from whoever has most to do.
struct SegmentQueue: Sendable {
    /// A part of the file that one stream fetches.
    struct Segment: Sendable, Hashable {
        let id: Int
        let range: Range<Int64>
    }

    /// Less than twice this is not worth a second connection.
    static let smallestSteal: Int64 = 4 << 20

    private var missing: RangeSet<Int64>
    private var active: [Int: Range<Int64>] = [:]
    private var nextID = 0
    /// The stream whose answer runs to the end of the file.
    private var wholeStream: Int?
    /// Whether the server has no ranges.
    private var isUnshared = false

    /// A queue for the bytes that are not here.
    init(missing: RangeSet<Int64>) { self.missing = missing }

    /// The first byte that nobody has.
    var firstMissing: Int64? {
        let first = missing.ranges.first?.lowerBound
        return (active.values.filter { !$0.isEmpty }.map(\.lowerBound) + (first.map { [$0] } ?? [])).min()
    }

    /// Gives out the next part.
    ///
    /// When everything is given out, the stream with most to do keeps a part of that length, or half of what it has, and the rest is shared.
    ///
    /// - Parameter limit: Its greatest length in bytes.
    /// - Returns: `nil` when nothing is left that is worth sharing.
    mutating func next(atMost limit: Int64) -> Segment? {
        guard !isUnshared else { return nil }
        if missing.isEmpty {
            guard let (victim, range) = largestActive else { return nil }
            let length = range.upperBound - range.lowerBound
            let kept = range.lowerBound + min(limit, length / 2)
            active[victim] = range.lowerBound..<kept
            missing.insert(contentsOf: kept..<range.upperBound)
        }
        guard let first = missing.ranges.first else { return nil }
        let range = first.lowerBound..<(first.lowerBound + min(limit, first.upperBound - first.lowerBound))
        missing.remove(contentsOf: range)
        nextID += 1
        active[nextID] = range
        return Segment(id: nextID, range: range)
    }

    /// A stream has its part up to an offset.
    ///
    /// - Returns: Where its part ends now; earlier than before when another stream has taken over the rest.
    mutating func advance(_ id: Int, to offset: Int64) -> Int64 {
        guard let range = active[id] else { return 0 }
        active[id] = min(offset, range.upperBound)..<range.upperBound
        return range.upperBound
    }

    /// A stream is through. What it did not bring is missing again.
    mutating func end(_ id: Int) {
        if let range = active.removeValue(forKey: id) { missing.insert(contentsOf: range) }
        guard wholeStream == id else { return }
        wholeStream = nil
        isUnshared = false
    }

    /// Bytes turned out wrong.
    mutating func add(_ range: Range<Int64>) { missing.insert(contentsOf: range) }

    /// A stream's answer is the whole file, as it was asked for.
    mutating func isWhole(_ id: Int) { wholeStream = id }

    /// The server has no ranges: one stream fetches everything, the one that does so already or else this one.
    ///
    /// - Parameters:
    ///   - id: The stream that got the whole file and had asked for a part.
    ///   - size: The file's.
    /// - Returns: Whether it is this one.
    mutating func giveAll(to id: Int, size: Int64) -> Bool {
        let first = firstMissing ?? size
        let chosen = wholeStream ?? id
        let start = chosen == id ? first : active[chosen]?.lowerBound ?? first
        missing = RangeSet()
        for other in active.keys { active[other] = 0..<0 }
        active[chosen] = start..<size
        wholeStream = chosen
        isUnshared = true
        return chosen == id
    }

    private var largestActive: (key: Int, value: Range<Int64>)? {
        let largest = active.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }
        return largest.flatMap { Int64($0.value.count) >= 2 * Self.smallestSteal ? $0 : nil }
    }
}
