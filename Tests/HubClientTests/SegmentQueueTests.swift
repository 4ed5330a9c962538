import Testing

@testable import HubClient

@Suite struct SegmentQueueTests {
    private let mebi: Int64 = 1 << 20

    @Test func `parts are given out in order, and what was not brought is missing again`() throws {
        let queue = SharedQueue(SegmentQueue(missing: RangeSet([0..<10, 20..<30])))
        let first = try #require(queue.next(atMost: 4))
        let second = try #require(queue.next(atMost: 100))
        let third = try #require(queue.next(atMost: 100))
        #expect([first.range, second.range, third.range] == [0..<4, 4..<10, 20..<30])
        #expect(queue.next(atMost: 4) == nil, "less than two steals is not split")
        #expect(queue.advance(first.id, to: 3) == 4)
        queue.end(first.id)
        #expect(queue.firstMissing == 3)
        #expect(queue.next(atMost: 4)?.range == 3..<4)
    }

    @Test func `a late stream takes from the one with most to do, which learns its new end`() throws {
        let queue = SharedQueue(SegmentQueue(missing: RangeSet(0..<1000 * mebi)))
        let first = try #require(queue.next(atMost: .max))
        #expect(first.range == 0..<1000 * mebi)
        #expect(queue.advance(first.id, to: 100 * mebi) == 1000 * mebi)
        let second = try #require(queue.next(atMost: 64 * mebi))
        #expect(second.range == 164 * mebi..<228 * mebi)
        #expect(queue.advance(first.id, to: 101 * mebi) == 164 * mebi)
    }

    @Test func `the last part is halved until halves are not worth a request`() throws {
        let queue = SharedQueue(SegmentQueue(missing: RangeSet(0..<16 * mebi)))
        _ = queue.next(atMost: .max)
        #expect(queue.next(atMost: 64 * mebi)?.range == 8 * mebi..<16 * mebi)
        #expect(queue.next(atMost: 64 * mebi) != nil)
        #expect(queue.next(atMost: 64 * mebi) != nil)
        #expect(queue.next(atMost: 64 * mebi) == nil)
    }

    @Test func `without ranges one stream brings everything that is missing`() throws {
        let queue = SharedQueue(SegmentQueue(missing: RangeSet(10..<100 * mebi)))
        let first = try #require(queue.next(atMost: mebi))
        let second = try #require(queue.next(atMost: mebi))
        #expect(queue.giveAll(to: second.id, size: 100 * mebi))
        #expect(queue.advance(first.id, to: 20) == 0, "the other one stops")
        #expect(queue.advance(second.id, to: 5) == 100 * mebi)
        #expect(queue.firstMissing == 10, "what came before the segment was not missing")
        #expect(queue.advance(second.id, to: 11) == 100 * mebi)
        #expect(queue.next(atMost: mebi) == nil)
        queue.end(second.id)
        #expect(queue.firstMissing == 11)
    }

    @Test func `a stream that has the whole file anyway goes on when another finds that there are no ranges`() throws {
        let queue = SharedQueue(SegmentQueue(missing: RangeSet(0..<100 * mebi)))
        let whole = try #require(queue.next(atMost: .max))
        queue.isWhole(whole.id)
        _ = queue.advance(whole.id, to: 5 * mebi)
        let late = try #require(queue.next(atMost: 8 * mebi))
        #expect(!queue.giveAll(to: late.id, size: 100 * mebi))
        #expect(queue.advance(whole.id, to: 6 * mebi) == 100 * mebi)
        queue.end(late.id)
        queue.end(whole.id)
        #expect(queue.firstMissing == 6 * mebi)
    }

    @Test func `wherever streams stop, together they bring each byte`() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let size = Int64.random(in: 1...300, using: &random) * mebi
            let queue = SharedQueue(SegmentQueue(missing: RangeSet(0..<size)))
            var have = RangeSet<Int64>()
            var active: [SegmentQueue.Segment: Int64] = [:]
            while have.count64 < size {
                if active.count < 5, let segment = queue.next(atMost: .random(in: 1...64, using: &random) * mebi) {
                    active[segment] = segment.range.lowerBound
                }
                guard let (segment, offset) = active.randomElement(using: &random) else { break }
                let next = offset + .random(in: 1...5, using: &random) * mebi
                let end = queue.advance(segment.id, to: next)
                have.insert(contentsOf: offset..<min(next, max(end, offset)))
                active[segment] = next
                if next >= end || Int.random(in: 0..<9, using: &random) == 0 {
                    queue.end(segment.id)
                    active[segment] = nil
                }
            }
            #expect(have == RangeSet(0..<size))
        }
    }
}

extension SharedQueue {
    fileprivate var firstMissing: Int64? { change { $0.firstMissing } }
    fileprivate func next(atMost limit: Int64) -> SegmentQueue.Segment? { change { $0.next(atMost: limit) } }
    fileprivate func advance(_ id: Int, to offset: Int64) -> Int64 { change { $0.advance(id, to: offset) } }
    fileprivate func end(_ id: Int) { change { $0.end(id) } }
    fileprivate func isWhole(_ id: Int) { change { $0.isWhole(id) } }
    fileprivate func giveAll(to id: Int, size: Int64) -> Bool { change { $0.giveAll(to: id, size: size) } }
}
