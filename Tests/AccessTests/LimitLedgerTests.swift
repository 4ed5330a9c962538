import TestSupport
import Testing

@testable import Access

@Suite struct LimitLedgerTests {
    private func moment(_ seconds: Double) -> LimitMoment { LimitMoment(now: .seconds(seconds), secondsSince1970: 1_800_000_000 + seconds) }

    @Test func `a minute has as many requests as allowed, and the next one learns when to come`() {
        var (ledger, limits) = (LimitLedger(), KeyLimits())
        limits.requestsPerMinute = 3
        for _ in 0..<3 { #expect(ledger.arrive("a", limits, at: moment(0)) == nil) }
        let used = ledger.arrive("a", limits, at: moment(20))
        #expect(used == .init(name: "requests_per_minute", limit: 3, remaining: 0, reset: .seconds(41)))
        #expect(ledger.arrive("b", limits, at: moment(20)) == nil)
        #expect(ledger.arrive("a", limits, at: moment(60)) != nil && ledger.arrive("a", limits, at: moment(61)) == nil)
    }

    @Test func `a day continues after a restart, and ends at midnight of UTC`() {
        var (ledger, limits) = (LimitLedger(), KeyLimits())
        limits.requestsPerDay = 10
        limits.outputTokensPerDay = 100
        ledger.resume("a", requests: 9, tokens: .init(prompt: 5, output: 60), at: moment(0))
        #expect(ledger.arrive("a", limits, at: moment(0)) == nil)
        let used = ledger.arrive("a", limits, at: moment(0))
        #expect(used?.name == "requests_per_day" && used?.reset == moment(0).restOfDay)
        #expect(ledger.begin("a", limits, .init(output: 41), at: moment(0))?.remaining == 40)
        #expect(ledger.begin("a", limits, .init(output: 40), at: moment(0)) == nil)
        #expect(ledger.arrive("a", limits, at: moment(86_400)) == nil)
    }

    @Test func `running requests reserve what they may use, and are charged what they used`() {
        var (ledger, limits) = (LimitLedger(), KeyLimits())
        limits.outputTokensPerMinute = 100
        let tokens = LimitLedger.Tokens(prompt: 10, output: 40)
        #expect(ledger.begin("a", limits, tokens, at: moment(0)) == nil && ledger.begin("a", limits, tokens, at: moment(0)) == nil)
        // 20 of 100 are left while both run.
        #expect(ledger.begin("a", limits, tokens, at: moment(0))?.remaining == 20)
        ledger.end("a", reserved: tokens, used: .init(prompt: 10, output: 5), at: moment(1))
        #expect(ledger.standings(of: "a", limits, at: moment(1)).map(\.remaining) == [55])
        #expect(ledger.begin("a", limits, tokens, at: moment(1)) == nil)
        ledger.end("a", reserved: tokens, used: tokens, at: moment(2))
        ledger.end("a", reserved: tokens, used: tokens, at: moment(2))
        #expect(ledger.standings(of: "a", limits, at: moment(2)).map(\.remaining) == [15])
        let refused = ledger.begin("a", limits, tokens, at: moment(2))
        // 25 are missing: the 5 of the first second are not enough.
        #expect(refused?.reset == .seconds(61))
        #expect(ledger.begin("a", limits, .init(prompt: 1000), at: moment(2)) == nil)
    }

    @Test func `what was used beyond a limit has to pass first`() {
        var (ledger, limits) = (LimitLedger(), KeyLimits())
        limits.promptTokensPerMinute = 100
        // More than the limit at all: only alone.
        #expect(ledger.begin("a", limits, .init(prompt: 250), at: moment(0)) == nil)
        #expect(ledger.begin("a", limits, .init(prompt: 1), at: moment(0)) != nil)
        ledger.end("a", reserved: .init(prompt: 250), used: .init(prompt: 300), at: moment(0))
        #expect(ledger.begin("a", limits, .init(prompt: 1), at: moment(30))?.reset == .seconds(31))
        #expect(ledger.begin("a", limits, .init(prompt: 1), at: moment(61)) == nil)
    }

    @Test func `only so many requests run at once`() {
        var (ledger, limits) = (LimitLedger(), KeyLimits())
        limits.concurrentRequests = 2
        #expect(ledger.begin("a", limits, .init(), at: moment(0)) == nil && ledger.begin("a", limits, .init(), at: moment(0)) == nil)
        #expect(ledger.begin("a", limits, .init(), at: moment(0))?.name == "concurrent_requests")
        ledger.end("a", reserved: .init(), used: .init(), at: moment(1))
        #expect(ledger.begin("a", limits, .init(), at: moment(1)) == nil)
    }

    @Test func `however requests come and end, no minute has more output than allowed`() {
        var generator = SeededGenerator(seed: 7)
        var (ledger, limits) = (LimitLedger(), KeyLimits())
        limits.outputTokensPerMinute = 500
        var running: [(end: Double, reserved: LimitLedger.Tokens, used: LimitLedger.Tokens)] = []
        var (time, admitted, used) = (0.0, 0, [(time: Double, tokens: Int)]())
        for _ in 0..<5000 {
            time += Double.random(in: 0...0.4, using: &generator)
            for request in running where request.end <= time {
                ledger.end("a", reserved: request.reserved, used: request.used, at: moment(time))
                used.append((time, request.used.output))
            }
            running.removeAll { $0.end <= time }
            let reserved = LimitLedger.Tokens(output: Int.random(in: 1...80, using: &generator))
            guard ledger.begin("a", limits, reserved, at: moment(time)) == nil else { continue }
            admitted += 1
            let (duration, output) = (Double.random(in: 0...5, using: &generator), Int.random(in: 0...reserved.output, using: &generator))
            running.append((time + duration, reserved, .init(output: output)))
            #expect(used.filter { time - $0.time < 60 }.reduce(0) { $0 + $1.tokens } <= 500)
        }
        #expect(admitted > 200)
    }
}
