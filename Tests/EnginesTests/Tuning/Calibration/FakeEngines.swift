import RoostCore
import TestSupport

@testable import Engines

/// Engines whose speeds are known, measured with noise and a clock of their own.
struct FakeEngines {
    /// What a change does to the three speeds, as factors.
    typealias Effect = (prompt: Double, single: Double, several: Double)

    /// Measured with SmolLM2-135M Q4_1 on two processors; four requests at once.
    static let measured = EngineMeasurement(prompt: 260, single: 79, several: 95)

    var defaults = Self.measured
    var effects: [TuningChange: Effect] = [:]
    /// The largest difference by chance, as a part of 1.
    var noise = 0.0
    /// The answers of engines with a change; those of others are all the same.
    var answers: [TuningChange: String] = [:]
    /// The changes with which no engine starts.
    var broken: Set<TuningChange> = []
    /// What happens to the machine: the factor of its speed at a time.
    var drift: @Sendable (Duration) -> Double = { _ in 1 }
    var start = Duration.seconds(1)
    var measurement = Duration.milliseconds(1500)
    /// The number of engines that run at the same time.
    var capacity = 2

    /// The result of a search, and what it took.
    struct Run {
        var search: TuningSearch
        var elapsed: Duration
        var measurements = 0
        var measured: [EngineTuning] = []

        var outcome: TuningOutcome? { search.outcome }

        func verdict(of change: TuningChange) -> TuningTrial.Verdict? { search.trials.first { $0.change == change }?.verdict }
    }

    /// The speeds without noise.
    func truth(_ tuning: EngineTuning) -> EngineMeasurement {
        var result = defaults
        for (change, effect) in effects where isIn(change, tuning) {
            result.prompt *= effect.prompt
            result.single *= effect.single
            result.several *= effect.several
        }
        return result
    }

    private func isIn(_ change: TuningChange, _ tuning: EngineTuning) -> Bool { change.applied(to: tuning) == tuning }

    /// Runs a search to its end.
    func run(_ search: TuningSearch, seed: UInt64 = 1) -> Run {
        var random = SeededGenerator(seed: seed)
        var run = Run(search: search, elapsed: .zero)
        var running: [EngineTuning] = []
        while let tuning = run.search.next(at: run.elapsed) {
            run.measured.append(tuning)
            if let change = broken.first(where: { isIn($0, tuning) }) {
                run.elapsed += start
                run.search.record(.failure(.init(reason: "unknown: \(change)")), of: tuning, start: start, measurement: .zero)
                continue
            }
            let isRunning = running.contains(tuning)
            running = running.filter { $0 != tuning }.suffix(capacity - 1) + [tuning]
            if !isRunning { run.elapsed += start }
            var result = truth(tuning)
            let speed = drift(run.elapsed)
            func factor() -> Double { speed * (1 + (noise > 0 ? Double.random(in: -noise...noise, using: &random) : 0)) }
            result.prompt *= factor()
            result.single *= factor()
            result.several *= factor()
            result.answers = [answers.first { isIn($0.key, tuning) }?.value ?? "the sea"]
            run.elapsed += measurement
            run.search.record(.success(result), of: tuning, start: isRunning ? .zero : start, measurement: measurement)
        }
        return run
    }
}
