package import RoostCore

/// What a calibration is to do.
package struct CalibrationOptions: Sendable, Hashable {
    /// The seconds that a calibration may take.
    package static let allowedSeconds = 10...60

    /// The time that it may take.
    package var limit: Duration
    /// Whether the context may be kept in fewer bits, which changes answers.
    package var allowsQuantizedCache: Bool
    /// The changes to try; `nil` for all that fit the machine.
    var changes: [TuningChange]?

    /// Creates options.
    package init(limit: Duration = .seconds(60), allowsQuantizedCache: Bool = false) {
        self.limit = limit
        self.allowsQuantizedCache = allowsQuantizedCache
    }
}

/// How far a calibration is.
package struct CalibrationProgress: Sendable, Hashable {
    /// What is being measured, such as `8 slots`.
    package let measuring: String
    /// The number of changes that were compared.
    package let compared: Int
    /// The number of changes that can be compared, if the time is enough.
    package let changes: Int
    /// The time since the begin.
    package let elapsed: Duration
}

/// The result of a calibration.
package struct CalibrationReport: Sendable, Hashable {
    /// The model.
    package let model: ModelReference
    /// What was found.
    package let outcome: TuningOutcome
    /// The number of changes that could have been compared with more time.
    package let changes: Int
    /// The memory that the engine needs with the defaults, in bytes.
    package let neededBefore: Int64
    /// The memory that it needs with the chosen options, in bytes.
    package let neededAfter: Int64
    /// Its duration.
    package let elapsed: Duration
    /// Why the result is only kept until the end of Roost; `nil` if it is stored.
    package var storeFailure: String?
}

/// The calibration that runs in a supervisor.
struct RunningCalibration: Sendable {
    /// The model.
    let model: ModelReference
    /// Why it has to end, as a part of a sentence; `nil` while it may go on.
    var interruption: String?
}
