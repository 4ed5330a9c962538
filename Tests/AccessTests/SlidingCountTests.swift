import TestSupport
import Testing

@testable import Access

@Suite struct SlidingCountTests {
    private func moment(_ seconds: Double) -> LimitMoment { LimitMoment(now: .seconds(seconds), secondsSince1970: 1_800_000_000 + seconds) }

    @Test func `an amount leaves the minute after 60 seconds, and the day at midnight of UTC`() {
        var count = SlidingCount()
        count.add(3, at: moment(0.9))
        count.add(4, at: moment(30))
        #expect(count.minute == 7 && count.today == 7)
        count.forget(at: moment(60.9))
        #expect(count.minute == 7)
        count.forget(at: moment(61))
        #expect(count.minute == 4 && count.today == 7)
        count.forget(at: LimitMoment(now: .seconds(62), secondsSince1970: 1_800_000_000 + 86_400))
        #expect(count.minute == 4 && count.today == 0)
    }

    @Test func `no 60 seconds have more than the count told, at any rate`() {
        var generator = SeededGenerator(seed: 1)
        var (count, events) = (SlidingCount(), [(time: Double, amount: Int)]())
        var time = 0.0
        for _ in 0..<2000 {
            time += Double.random(in: 0...3, using: &generator)
            count.forget(at: moment(time))
            let real = events.filter { time - $0.time < 60 }.reduce(0) { $0 + $1.amount }
            #expect(count.minute >= real)
            let amount = Int.random(in: 0...9, using: &generator)
            count.add(amount, at: moment(time))
            events.append((time, amount))
        }
    }

    @Test func `the wait is the time until enough has left`() {
        var count = SlidingCount()
        count.add(3, at: moment(10.5))
        count.add(4, at: moment(20))
        #expect(count.wait(for: 3, at: moment(25)) == .seconds(46) && count.wait(for: 4, at: moment(25)) == .seconds(56))
        #expect(count.wait(for: 8, at: moment(25)) == .seconds(60))
    }
}
