import Testing

@testable import RoostCore

@Suite struct WakeSignalTests {
    @Test func `each wait lasts until its limit, also after earlier ones have`() async {
        let signal = WakeSignal()
        let begin = ContinuousClock.now
        for _ in 0..<5 { await signal.wait(atMost: .milliseconds(20)) }
        // A sleep never ends early; a signal that is broken after its first wait returns at once.
        #expect(ContinuousClock.now - begin >= .milliseconds(100))
    }

    @Test func `a signal ends the wait, also one that was given before it`() async {
        let signal = WakeSignal()
        signal.signal()
        await signal.wait(atMost: .seconds(3600))
        async let waiting: Void = signal.wait(atMost: .seconds(3600))
        signal.signal()
        await waiting
    }

    @Test func `cancellation ends the wait`() async {
        let signal = WakeSignal()
        let task = Task { await signal.wait(atMost: .seconds(3600)) }
        task.cancel()
        await task.value
    }
}
