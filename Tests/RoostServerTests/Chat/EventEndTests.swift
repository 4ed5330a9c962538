import Testing

@testable import RoostServer

/// Where the last complete event of a stream ends.
@Suite struct EventEndTests {
    @Test(arguments: ["", "one\n", "one\n\n", "one\n\ntwo", "one\n\n\ntwo", "\n", "\n\n", "\n\n\n", "a\n\nb\nc\n\n", "a\n\nb\n\nc\n"])
    func `the end is found wherever the bytes are cut`(text: String) {
        let whole = Array(text.utf8)
        let newline = UInt8(ascii: "\n")
        let expected = whole.indices.last { $0 > 0 && whole[$0] == newline && whole[$0 - 1] == newline }.map { $0 + 1 } ?? 0
        for first in 0...whole.count {
            for second in first...whole.count {
                var (end, found) = (EventEnd(), 0)
                for piece in [0..<first, first..<second, second..<whole.count] {
                    if let length = end.last(in: whole[piece]) { found = piece.lowerBound + length }
                }
                #expect(found == expected, "cut at \(first) and \(second)")
            }
        }
    }

    @Test func `each byte of a huge event is read at most twice, in however many pieces it arrives`() {
        let reads = Reads()
        var end = EventEnd()
        let whole = Array((String(repeating: "x\n", count: 50_000) + "\n").utf8)
        var found: [Int] = []
        for begin in stride(from: 0, to: whole.count, by: 7) {
            let piece = CountedBytes(base: whole[begin..<min(begin + 7, whole.count)], reads: reads)
            if let length = end.last(in: piece) { found.append(begin + length) }
        }
        #expect(found == [whole.count])
        // The last byte of each piece is read once more.
        #expect(reads.count <= 2 * whole.count + whole.count / 7 + 1)
    }
}

private final class Reads {
    var count = 0
}

/// Bytes that count how often they are read.
private struct CountedBytes: RandomAccessCollection {
    let base: ArraySlice<UInt8>
    let reads: Reads

    var startIndex: Int { base.startIndex }
    var endIndex: Int { base.endIndex }

    subscript(position: Int) -> UInt8 {
        reads.count += 1
        return base[position]
    }
}
