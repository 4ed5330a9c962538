/// Distributes the missing bytes of a file to streams: in order, and at the end by splitting the longest remaining
/// segment.
struct SegmentQueue: Sendable {
    /// A part of the file that one stream fetches.
    struct Segment: Sendable, Hashable {
        let id: Int
        let range: Range<Int64>
    }

    /// A remaining segment shorter than twice this size is not split for a second connection.
    static let smallestSteal: Int64 = 4 << 20

    private var missing: RangeSet<Int64>
    private var active: [Int: Range<Int64>] = [:]
    private var nextID = 0
    /// The stream whose response extends to the end of the file.
    private var wholeStream: Int?
    /// Whether the server does not support ranges.
    private var isUnshared = false

    /// Creates a queue for the missing bytes.
    init(missing: RangeSet<Int64>) { self.missing = missing }

    /// The first byte that is not downloaded.
    var firstMissing: Int64? {
        let first = missing.ranges.first?.lowerBound
        return (active.values.filter { !$0.isEmpty }.map(\.lowerBound) + (first.map { [$0] } ?? [])).min()
    }

    /// Returns the next segment to download.
    ///
    /// After all bytes are distributed, the longest remaining segment is split: its stream keeps a part of `limit`
    /// bytes, or half of the segment.
    ///
    /// - Parameter limit: The maximum length in bytes.
    /// - Returns: `nil` if nothing is left that is worth splitting.
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

    /// Records that a stream has its segment up to an offset. A response that begins before the segment moves nothing until
    /// it is there.
    ///
    /// - Returns: The current end of its segment; earlier than before if another stream received the rest.
    mutating func advance(_ id: Int, to offset: Int64) -> Int64 {
        guard let range = active[id] else { return 0 }
        active[id] = max(range.lowerBound, min(offset, range.upperBound))..<range.upperBound
        return range.upperBound
    }

    /// Records the end of a stream. The rest of its segment is missing again.
    mutating func end(_ id: Int) {
        if let range = active.removeValue(forKey: id) { missing.insert(contentsOf: range) }
        guard wholeStream == id else { return }
        wholeStream = nil
        isUnshared = false
    }

    /// Adds bytes that turned out to be wrong.
    mutating func add(_ range: Range<Int64>) { missing.insert(contentsOf: range) }

    /// Records that a stream receives the complete file, as requested.
    mutating func isWhole(_ id: Int) { wholeStream = id }

    /// Handles a server without ranges: one stream downloads everything, the one that already does so or otherwise this
    /// one.
    ///
    /// - Parameters:
    ///   - id: The stream that requested a part and received the complete file.
    ///   - size: The file's size.
    /// - Returns: Whether it is this stream.
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
