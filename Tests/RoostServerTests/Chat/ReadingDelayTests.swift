import RoostCore
import Testing

@testable import RoostServer

@Suite struct ReadingDelayTests {
    @Test func `an engine waits a minute in all for a client that does not read`() {
        var delay = ReadingDelay()
        let start = ContinuousClock.now
        #expect(!delay.isTooLong(at: start + .seconds(1000)), "it does not wait yet")
        delay.begin(at: start)
        #expect(!delay.isTooLong(at: start + .seconds(60)) && delay.isTooLong(at: start + .seconds(61)))
        delay.end(at: start + .seconds(40), bytes: 10)
        #expect(!delay.isTooLong(at: start + .seconds(1000)), "it does not wait")
        delay.begin(at: start + .seconds(100))
        #expect(!delay.isTooLong(at: start + .seconds(119)) && delay.isTooLong(at: start + .seconds(121)))
    }

    @Test func `a client with a slow connection gets a long answer`() {
        var delay = ReadingDelay()
        var now = ContinuousClock.now
        // 64 KiB a second, for 10 minutes.
        for _ in 0..<600 {
            delay.begin(at: now)
            now += .seconds(1)
            #expect(!delay.isTooLong(at: now))
            delay.end(at: now, bytes: 64 << 10)
        }
        // 2 KiB a second is too slow.
        var count = 0
        while !delay.isTooLong(at: now) {
            delay.begin(at: now)
            now += .seconds(30)
            if delay.isTooLong(at: now) { break }
            delay.end(at: now, bytes: 64 << 10)
            count += 1
        }
        #expect((2...4).contains(count), "\(count)")
    }
}
