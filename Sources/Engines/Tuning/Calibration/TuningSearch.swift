import RoostCore

/// Searches the best options for an engine: a state machine that says what to measure next, and gets the results and the
/// time. It knows nothing of engines.
///
/// It begins with the defaults and tries one change after the other. A change replaces the best options so far only if it
/// is better in three rounds, in which both were measured in turns, by more than the noise seen so far. What has won is at
/// last compared with the defaults once more; without that confirmation, the result is the defaults. So the result is never
/// worse than the defaults, as far as it can be measured.
struct TuningSearch: Sendable {
    /// The reason why options could not be measured.
    struct Failure: Error, Sendable, Hashable {
        let reason: String
    }

    /// The time that the search may take.
    let budget: Duration
    /// Whether a change of answers is allowed.
    let mayChangeAnswers: Bool
    /// Whether two engines can run at the same time, so that not every measurement needs a start.
    let keepsTwo: Bool
    /// The defaults.
    let defaults: EngineTuning
    /// The best options so far.
    private(set) var best: EngineTuning
    /// The reason why the defaults could not be measured; there is no result then.
    private(set) var failure: Failure?
    private(set) var trials: [TuningTrial] = []
    /// The last comparison with the defaults.
    private(set) var check: TuningDuel?
    private var changes: [TuningChange]
    private var change: TuningChange?
    private var duel: TuningDuel?
    private var samples: [EngineTuning: [EngineMeasurement]] = [:]
    private var isConfirmed = false
    private var isFinished = false
    private var starts: [Duration] = []
    private var measurements: [Duration] = []

    private static let firstMeasurements = 2
    /// A longer step whose prompts would have to be read faster than before by more than this factor is not tried.
    private static let greatestSpeedup = 1.5

    /// Creates a search.
    ///
    /// - Parameters:
    ///   - defaults: The options of an engine without a calibration.
    ///   - changes: The changes to try, in this order.
    ///   - budget: The time that the search may take.
    ///   - mayChangeAnswers: Whether a change of answers is allowed.
    ///   - keepsTwo: Whether two engines can run at the same time.
    init(defaults: EngineTuning, changes: [TuningChange], budget: Duration, mayChangeAnswers: Bool = false, keepsTwo: Bool = true) {
        self.defaults = defaults
        self.changes = changes.reversed()
        self.budget = budget
        self.mayChangeAnswers = mayChangeAnswers
        self.keepsTwo = keepsTwo
        best = defaults
    }

    /// Returns the options to measure next.
    ///
    /// - Parameter now: The time since the begin of the search.
    /// - Returns: The options, whose result is then recorded; `nil` at the end of the search.
    mutating func next(at now: Duration) -> EngineTuning? {
        while !isFinished {
            guard failure == nil else { return finish() }
            if samples[defaults, default: []].count < Self.firstMeasurements { return now < budget ? defaults : finish() }
            if let check { return continued(check, now) }
            if let duel {
                if let next = next(of: duel, now) { return next }
            } else if !begin(at: now) {
                guard best != defaults, now < budget else { return finish() }
                check = TuningDuel(base: defaults, candidate: best)
            }
        }
        return nil
    }

    /// Records the result for the options that `next` returned.
    ///
    /// - Parameters:
    ///   - result: The measurement, or the reason why there is none.
    ///   - tuning: The options.
    ///   - start: The duration of the engine's start; zero if it was running.
    ///   - measurement: The duration of the measurement.
    mutating func record(
        _ result: Result<EngineMeasurement, Failure>, of tuning: EngineTuning, start: Duration, measurement: Duration
    ) {
        if start > .zero { starts.append(start) }
        if measurement > .zero { measurements.append(measurement) }
        switch result {
        case .success(let measured) where measured.isValid:
            samples[tuning, default: []].append(measured)
            duel?.record(measured, of: tuning)
            check?.record(measured, of: tuning)
        case .success: failed(Failure(reason: "the engine reported no speed"))
        case .failure(let failure): failed(failure)
        }
    }

    /// What `next` returned, in words.
    func description(of tuning: EngineTuning) -> String {
        if check != nil { return "the choice against the defaults" }
        if let change, tuning == duel?.candidate { return change.description }
        return tuning == defaults ? "the defaults" : "the best so far"
    }

    /// The result; `nil` if the defaults were not measured.
    var outcome: TuningOutcome? {
        guard let measured = EngineMeasurement.median(of: samples[defaults] ?? []) else { return nil }
        guard isConfirmed, let check, let before = EngineMeasurement.median(of: check.bases),
            let after = EngineMeasurement.median(of: check.candidates)
        else { return TuningOutcome(chosen: defaults, before: measured, after: measured, gain: 1, trials: trials) }
        return TuningOutcome(chosen: best, before: before, after: after, gain: check.scores.median ?? 1, trials: trials)
    }
}

extension TuningSearch {
    /// Begins the comparison of the next change, if there is one and enough time.
    private mutating func begin(at now: Duration) -> Bool {
        // What cannot be confirmed in time is not begun.
        while let change = changes.last, now + cost(rounds: 2 * TuningDuel.rounds) <= budget {
            changes.removeLast()
            self.change = change
            guard let candidate = change.applied(to: best) else {
                pass(over: change, .excluded)
                continue
            }
            if case .promptStep(let tokens) = change, PromptStep.isTooLong(tokens, at: speed(of: best) * Self.greatestSpeedup) {
                pass(over: change, .stepTooLong)
                continue
            }
            duel = TuningDuel(base: best, candidate: candidate)
            return true
        }
        return false
    }

    private mutating func pass(over change: TuningChange, _ verdict: TuningTrial.Verdict) {
        trials.append(TuningTrial(change: change, verdict: verdict, gain: nil, measured: nil))
    }

    /// Goes on with a comparison, or ends it.
    private mutating func next(of duel: TuningDuel, _ now: Duration) -> EngineTuning? {
        guard duel.isRoundComplete, duel.completeRounds > 0 else {
            if now < budget { return duel.next }
            close(duel, .outOfTime)
            return nil
        }
        if let verdict = verdict(of: duel) {
            if verdict == .better { best = duel.candidate }
            close(duel, TuningTrial.Verdict(verdict))
        } else if now + cost(rounds: 2 * TuningDuel.rounds - duel.completeRounds) > budget {
            // The rounds were longer than those before.
            close(duel, .outOfTime)
        } else {
            return duel.next
        }
        return nil
    }

    private mutating func continued(_ check: TuningDuel, _ now: Duration) -> EngineTuning? {
        if check.completeRounds < TuningDuel.rounds, now < budget { return check.next }
        isConfirmed =
            check.verdict(noise: noise, answers: answers(of: check.base), mayChangeAnswers: best.cacheType != nil) == .better
        return finish()
    }

    private func verdict(of duel: TuningDuel) -> TuningDuel.Verdict? {
        let changesAnswers = change?.changesAnswers ?? false
        let verdict = duel.verdict(noise: noise, answers: answers(of: duel.base), mayChangeAnswers: changesAnswers)
        guard verdict == nil || verdict == .better else { return verdict }
        if changesAnswers, !mayChangeAnswers { return .notAllowed }
        if case .promptStep(let tokens) = change, PromptStep.isTooLong(tokens, at: duel.candidates.map(\.prompt).median ?? 0) { return .stepTooLong }
        return verdict
    }

    private func speed(of tuning: EngineTuning) -> Double { samples[tuning, default: []].map(\.prompt).median ?? 0 }

    private mutating func close(_ duel: TuningDuel, _ verdict: TuningTrial.Verdict) {
        if let change {
            trials.append(
                TuningTrial(
                    change: change, verdict: verdict, gain: duel.scores.median, measured: EngineMeasurement.median(of: duel.candidates)))
        }
        self.duel = nil
    }

    private mutating func failed(_ failure: Failure) {
        if let duel {
            close(duel, .failed(failure.reason))
        } else if check == nil {
            self.failure = failure
        } else {
            _ = finish()
        }
    }

    private mutating func finish() -> EngineTuning? {
        isFinished = true
        if !isConfirmed { for index in trials.indices where trials[index].verdict == .chosen { trials[index].verdict = .notConfirmed } }
        return nil
    }

    /// The time of a comparison, from what was seen so far.
    private func cost(rounds: Int) -> Duration {
        let start = Self.average(starts)
        return start + (Self.average(measurements) + (keepsTwo ? .zero : start)) * (2 * rounds)
    }

    private static func average(_ durations: [Duration]) -> Duration { durations.reduce(.zero, +) / max(1, durations.count) }

    private func answers(of tuning: EngineTuning) -> Set<[String]> { Set(samples[tuning, default: []].map(\.answers)) }

    /// The typical difference of two successive measurements of the same options.
    private var noise: TuningDuel.Noise {
        let pairs = samples.values.flatMap { zip($0, $0.dropFirst()) }
        func typical(_ ratio: (EngineMeasurement, EngineMeasurement) -> Double) -> Double { pairs.map { abs(ratio($0, $1) - 1) }.median ?? 0 }
        let speeds = EngineMeasurement.Speed.allCases.map { speed in (speed, typical { $1[speed] / $0[speed] }) }
        return TuningDuel.Noise(score: typical { $1.score(beside: $0) }, speeds: Dictionary(uniqueKeysWithValues: speeds))
    }
}

extension TuningTrial.Verdict {
    fileprivate init(_ verdict: TuningDuel.Verdict) {
        self =
            switch verdict {
            case .better: .chosen
            case .notBetter: .notBetter
            case .slowsDown(let speed): .slowsDown(speed)
            case .changesAnswers: .changesAnswers
            case .notAllowed: .notAllowed
            case .stepTooLong: .stepTooLong
            }
    }
}
