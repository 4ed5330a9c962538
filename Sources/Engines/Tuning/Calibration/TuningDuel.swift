import RoostCore

/// A comparison of two kinds of options: they are measured in turns, so that whatever else the machine does meets both.
struct TuningDuel: Sendable {
    /// How a comparison ended.
    enum Verdict: Sendable, Hashable {
        /// It is clearly better, and slows nothing down.
        case better
        /// It is not better, or not by more than chance.
        case notBetter
        /// It is better on the whole, but slows one of the speeds down.
        case slowsDown(EngineMeasurement.Speed)
        /// The engine generated another text.
        case changesAnswers
        /// It changes answers, which was not allowed.
        case notAllowed
        /// The engine needs longer than the target for a step.
        case stepTooLong
    }

    /// What differs by chance alone between two measurements of the same options, as a part of 1.
    struct Noise: Sendable, Hashable {
        var score: Double
        var speeds: [EngineMeasurement.Speed: Double]
    }

    /// The number of rounds until a decision for a change. One that is not promising ends after the first.
    static let rounds = 3
    /// The least gain that counts, and the greatest loss that does not, as a part of 1.
    static let leastGain = 0.03
    private static let promising = 1.02

    let base: EngineTuning
    let candidate: EngineTuning
    private(set) var bases: [EngineMeasurement] = []
    private(set) var candidates: [EngineMeasurement] = []

    init(base: EngineTuning, candidate: EngineTuning) {
        self.base = base
        self.candidate = candidate
    }

    /// What to measure next. The order changes with each round, so that a drift of the machine favours neither.
    var next: EngineTuning {
        let isBaseFirst = min(bases.count, candidates.count).isMultiple(of: 2)
        if bases.count == candidates.count { return isBaseFirst ? base : candidate }
        return bases.count < candidates.count ? base : candidate
    }

    /// The number of rounds that are complete.
    var completeRounds: Int { min(bases.count, candidates.count) }

    var isRoundComplete: Bool { bases.count == candidates.count }

    /// The ratios of the rounds; above 1 the candidate was better.
    var scores: [Double] { zip(candidates, bases).map { $0.score(beside: $1) } }

    mutating func record(_ measurement: EngineMeasurement, of tuning: EngineTuning) {
        if tuning == base { bases.append(measurement) } else { candidates.append(measurement) }
    }

    /// Decides after a complete round.
    ///
    /// - Parameters:
    ///   - noise: What differs by chance.
    ///   - answers: The texts that engines with the first options generated.
    ///   - mayChangeAnswers: Whether the candidate may generate others.
    /// - Returns: `nil` if another round is needed.
    func verdict(noise: Noise, answers: Set<[String]>, mayChangeAnswers: Bool) -> Verdict? {
        if !mayChangeAnswers, let changed = candidates.first(where: { !answers.contains($0.answers) }), !changed.answers.isEmpty {
            return .changesAnswers
        }
        guard let first = scores.first, first >= Self.promising else { return .notBetter }
        guard completeRounds >= Self.rounds, let gain = scores.median else { return nil }
        guard gain >= 1 + max(Self.leastGain, 2.5 * noise.score), scores.allSatisfy({ $0 > 1 }) else { return .notBetter }
        return slowed(noise).map { .slowsDown($0) } ?? .better
    }

    private func slowed(_ noise: Noise) -> EngineMeasurement.Speed? {
        EngineMeasurement.Speed.allCases.first { speed in
            let ratios = zip(candidates, bases).map { $0[speed] / $1[speed] }
            return (ratios.median ?? 0) < 1 - max(Self.leastGain, noise.speeds[speed] ?? 0)
        }
    }
}
