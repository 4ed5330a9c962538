import RoostCore
import Testing

@testable import Engines

/// The search for the best options, with engines whose speeds are known.
@Suite struct TuningSearchTests {
    private let changes = TuningChange.all(processors: 2, threads: nil, step: 64, slots: 4, mostSlots: 8)
    /// Four requests at once generate 95 tokens per second together, eight 119.
    private let slots: [TuningChange: FakeEngines.Effect] = [.slots(8): (1, 1, 1.25), .threads(1): (0.55, 0.6, 0.6)]

    private var defaults: EngineTuning {
        var defaults = EngineTuning()
        defaults.promptStep = 64
        return defaults
    }

    private func search(
        _ changes: [TuningChange]? = nil, budget: Duration = .seconds(60), mayChangeAnswers: Bool = false, keepsTwo: Bool = true
    ) -> TuningSearch {
        TuningSearch(
            defaults: defaults, changes: changes ?? self.changes, budget: budget, mayChangeAnswers: mayChangeAnswers, keepsTwo: keepsTwo)
    }

    @Test func `what is clearly better is chosen, and nothing else`() throws {
        var engines = FakeEngines()
        engines.effects = slots
        let run = engines.run(search())
        let outcome = try #require(run.outcome)
        #expect(outcome.chosen == TuningChange.slots(8).applied(to: defaults))
        #expect(outcome.before.several == 95 && abs(outcome.after.several - 118.75) < 0.01 && outcome.after.single == 79)
        #expect(abs(outcome.gain - 1.0772) < 0.001)
        #expect(run.verdict(of: .slots(8)) == .chosen && run.verdict(of: .threads(1)) == .notBetter)
        #expect(run.elapsed <= .seconds(60))
    }

    @Test func `two good changes are chosen together`() throws {
        var engines = FakeEngines()
        engines.effects = slots.merging([.flashAttention(false): (1.3, 1.05, 1)]) { $1 }
        engines.measurement = .milliseconds(500)
        let chosen = try #require(engines.run(search()).outcome).chosen
        #expect(chosen.slots == 8 && chosen.flashAttention == false && chosen.threads == nil && chosen.promptStep == 64)
        // The engine quantises the context only with flash attention.
        #expect(engines.run(search()).verdict(of: .cacheType(.q8)) == .excluded)
    }

    @Test func `without a clear winner the defaults stay`() throws {
        var engines = FakeEngines()
        engines.effects = [.slots(8): (1, 1, 1.05), .threads(1): (1.01, 1.01, 1.01), .flashAttention(false): (1, 1, 1)]
        let outcome = try #require(engines.run(search()).outcome)
        #expect(outcome.chosen == defaults && outcome.before == outcome.after && outcome.gain == 1)
    }

    /// Noise of up to 20 % in each figure, in 2,000 searches each.
    @Test(arguments: [0.02, 0.05, 0.1, 0.2]) func `noise never makes the result worse than the defaults`(noise: Double) throws {
        var engines = FakeEngines()
        engines.effects = [
            .threads(1): (0.9, 1.02, 0.97), .slots(8): (1, 0.99, 0.99), .cacheType(.q8): (1, 1, 0.95), .speculation(.simple): (1, 0.97, 0.9),
            .speculation(.hashed): (1, 1, 1), .flashAttention(false): (0.95, 0.99, 1), .promptStep(128): (1.02, 1, 1),
        ]
        engines.noise = noise
        engines.measurement = .milliseconds(700)
        var worst = 1.0
        for seed in 0..<2000 as Range<UInt64> {
            let chosen = try #require(engines.run(search(), seed: seed).outcome).chosen
            worst = min(worst, engines.truth(chosen).score(beside: engines.truth(defaults)))
        }
        #expect(worst >= 0.97, "\(worst)")
    }

    @Test func `a great gain is found in spite of noise`() throws {
        var engines = FakeEngines()
        engines.effects = [.threads(1): (1.3, 1.5, 1.4)]
        engines.noise = 0.05
        let found = (0..<200 as Range<UInt64>).count { engines.run(search(), seed: $0).outcome?.chosen.threads == 1 }
        #expect(found >= 195, "\(found)")
    }

    @Test func `a machine that gets slower all the time favours neither side`() throws {
        var engines = FakeEngines()
        engines.drift = { 1 / (1 + 0.02 * ($0 / .seconds(1))) }
        #expect(try #require(engines.run(search()).outcome).chosen == defaults)
        engines.effects = [.threads(1): (1.3, 1.5, 1.4)]
        #expect(try #require(engines.run(search()).outcome).chosen.threads == 1)
    }

    @Test func `a gain that does not last is not confirmed`() throws {
        var engines = FakeEngines()
        engines.effects = [.threads(1): (1, 1, 1)]
        // Fast while the change is compared, and not any more in the last comparison.
        var search = search([.threads(1)])
        var measured = 0
        while let tuning = search.next(at: .seconds(measured)) {
            var result = engines.defaults
            if tuning.threads == 1, measured < 8 { result.single *= 2 }
            measured += 1
            search.record(.success(result), of: tuning, start: .zero, measurement: .seconds(1))
        }
        #expect(measured == 8 + 6)
        let outcome = try #require(search.outcome)
        #expect(outcome.chosen == defaults && outcome.gain == 1 && outcome.trials.map(\.verdict) == [.notConfirmed])
    }

    @Test func `what slows one of the speeds down is not chosen, however fast it makes the others`() {
        var engines = FakeEngines()
        engines.effects = [.slots(8): (1.1, 0.9, 1.6)]
        let run = engines.run(search())
        #expect(run.verdict(of: .slots(8)) == .slowsDown(.single) && run.outcome?.chosen == defaults)
    }

    @Test func `an engine that generates another text is not chosen`() {
        var engines = FakeEngines()
        engines.effects = [.speculation(.simple): (1, 2, 1), .flashAttention(false): (2, 1, 1)]
        engines.answers = [.speculation(.simple): "the lake"]
        let run = engines.run(search())
        #expect(run.verdict(of: .speculation(.simple)) == .changesAnswers && run.verdict(of: .flashAttention(false)) == .chosen)
        #expect(run.outcome?.chosen.speculation == nil)
    }

    @Test func `a context in fewer bits is measured, and chosen only if it is allowed`() throws {
        var engines = FakeEngines()
        engines.effects = [.cacheType(.q8): (1.2, 1.2, 1.2)]
        engines.answers = [.cacheType(.q8): "the lake"]
        let refused = engines.run(search())
        #expect(refused.verdict(of: .cacheType(.q8)) == .notAllowed && refused.outcome?.chosen == defaults)
        let measured = try #require(refused.outcome?.trials.first { $0.change == .cacheType(.q8) }?.measured)
        #expect(abs(measured.prompt - 312) < 0.01)
        #expect(engines.run(search(mayChangeAnswers: true)).outcome?.chosen.cacheType == .q8)
    }

    @Test func `a step that takes longer than a quarter of a second is not chosen`() {
        var engines = FakeEngines()
        engines.effects = [.promptStep(128): (1.3, 1, 1)]
        engines.measurement = .milliseconds(500)
        // In the middle of a long prompt 128 tokens at 338 tokens per second take 0.57 s, which is not even tried; at 741 they take 0.26 s,
        // at 780 0.25 s.
        let hopeless = engines.run(search())
        #expect(hopeless.verdict(of: .promptStep(128)) == .stepTooLong && !hopeless.measured.contains { $0.promptStep == 128 })
        engines.defaults.prompt = 570
        let tried = engines.run(search())
        #expect(tried.verdict(of: .promptStep(128)) == .stepTooLong && tried.measured.contains { $0.promptStep == 128 })
        engines.defaults.prompt = 600
        #expect(engines.run(search()).outcome?.chosen.promptStep == 128)
    }

    @Test func `options with which no engine starts are passed over, and without an engine there is no result`() {
        var engines = FakeEngines()
        engines.effects = slots
        engines.broken = [.threads(1)]
        let run = engines.run(search())
        #expect(run.verdict(of: .threads(1)) == .failed("unknown: 1 thread") && run.outcome?.chosen.slots == 8)
        engines.broken = [.promptStep(64)]
        let none = engines.run(search())
        #expect(none.outcome == nil && none.search.failure?.reason == "unknown: 64 tokens per step" && none.measured == [defaults])
    }

    @Test func `a speed that is none counts as a failure`() {
        for wrong in [0, -1, Double.nan, .infinity] {
            var search = search()
            let first = search.next(at: .zero)
            #expect(first == defaults)
            search.record(.success(EngineMeasurement(prompt: wrong, single: 1, several: 1)), of: defaults, start: .zero, measurement: .zero)
            #expect(search.next(at: .zero) == nil && search.outcome == nil)
        }
    }

    /// From an engine that starts at once to one that needs half of the time for each start.
    @Test(arguments: [0.01, 0.3, 1, 3, 10, 30, 61], [true, false])
    func `the search ends in time, and what is not confirmed in time is not chosen`(start: Double, keepsTwo: Bool) {
        var engines = FakeEngines()
        engines.effects = slots
        engines.capacity = keepsTwo ? 2 : 1
        engines.start = .seconds(start)
        for measurement in [0.01, 0.5, 2, 7, 25, 70] {
            engines.measurement = .seconds(measurement)
            for budget in [1, 10, 30, 60] {
                let run = engines.run(search(budget: .seconds(budget), keepsTwo: keepsTwo))
                // The measurement that runs at the end of the time is cut off by the caller.
                #expect(run.elapsed < .seconds(budget) + engines.start + engines.measurement)
                guard let outcome = run.outcome else { continue }
                #expect(outcome.chosen == defaults || outcome.chosen.slots == 8)
                #expect(outcome.chosen != defaults || !outcome.trials.contains { $0.verdict == .chosen })
            }
        }
    }

    @Test func `each change is tried once, and only what fits the machine`() {
        #expect(
            changes == [
                .slots(8), .threads(1), .flashAttention(false), .speculation(.simple), .speculation(.hashed), .promptStep(128), .cacheType(.q8),
            ])
        let large = TuningChange.all(processors: 16, threads: nil, step: 512, slots: 4, mostSlots: 4)
        #expect(large.prefix(4) == [.threads(8), .threads(15), .threads(4), .flashAttention(false)] && large.contains(.promptStep(1024)))
        let draft = TuningChange.all(processors: 1, threads: nil, step: 2048, slots: 8, mostSlots: 8, hasDraft: true)
        #expect(draft == [.flashAttention(false), .cacheType(.q8)])
        let set = TuningChange.all(processors: 16, threads: 4, step: 2048, slots: 1, mostSlots: 8)
        #expect(set.first == .slots(2) && !set.contains { if case .promptStep = $0 { true } else { false } })
        var engines = FakeEngines()
        engines.start = .milliseconds(10)
        engines.measurement = .milliseconds(10)
        engines.defaults.prompt = 400
        let trials = engines.run(search()).search.trials
        #expect(trials.map(\.change) == changes)
    }
}
