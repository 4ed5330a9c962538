/// What a calibration found out about one change of an engine's options.
package struct TuningTrial: Sendable, Hashable {
    /// What became of the change.
    package enum Verdict: Sendable, Hashable, CustomStringConvertible {
        /// It is clearly better, and is used.
        case chosen
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
        /// It cannot be combined with what was chosen before.
        case excluded
        /// It was better at first, but not in the last comparison with the defaults.
        case notConfirmed
        /// The time was over.
        case outOfTime
        /// The engine failed, for this reason.
        case failed(String)

        /// The reason in words; not a whole sentence.
        package var description: String {
            switch self {
            case .chosen: "chosen"
            case .notBetter: "not clearly better"
            case .slowsDown(.prompt): "better on the whole, but prompts are read more slowly"
            case .slowsDown(.single): "better on the whole, but one request alone is slower"
            case .slowsDown(.several): "better on the whole, but several requests at once are slower"
            case .changesAnswers: "another text was generated"
            case .notAllowed: "changes answers, which was not allowed"
            case .stepTooLong: "a step would take more than a quarter of a second"
            case .excluded: "does not go with what was chosen before"
            case .notConfirmed: "better at first, but not in the last comparison"
            case .outOfTime: "the time was over"
            case .failed(let reason): "the engine failed: \(reason)"
            }
        }
    }

    /// The change.
    package let change: TuningChange
    /// What became of it.
    package var verdict: Verdict
    /// How much better it was than the options before it, as a ratio; `nil` if it was not compared.
    package let gain: Double?
    /// The medians of its measurements; `nil` if there are none.
    package let measured: EngineMeasurement?
}

/// The result of a calibration.
package struct TuningOutcome: Sendable, Hashable {
    /// The options that are used from now on.
    package let chosen: EngineTuning
    /// What was measured with the defaults.
    package let before: EngineMeasurement
    /// What was measured with the chosen options; the same as `before` if those are the defaults.
    package let after: EngineMeasurement
    /// How much better the chosen options are in the last comparison with the defaults, as a ratio; 1 for the defaults.
    package let gain: Double
    /// What became of each change that was tried.
    package let trials: [TuningTrial]
}
