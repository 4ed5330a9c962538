/// The options of a model's engine that a calibration can choose.
package struct ModelTuning: Sendable, Codable, Hashable {
    /// The options.
    package var options: [Option]
    /// When the model was calibrated; `nil` if it was not on this machine with this engine.
    package var calibratedAt: String?
    /// How much better the calibrated options are than the defaults, as a ratio.
    package var gain: Double?

    /// An option.
    package struct Option: Sendable, Codable, Hashable {
        /// `threads`, `slots`, `tokens_per_step`, `flash_attention`, `speculation` or `cache_type`.
        package var name: String
        /// The value.
        package var value: String
        /// `default`, `measured` or `configured`.
        package var source: String

        /// Creates an option.
        package init(name: String, value: String, source: String) {
            self.name = name
            self.value = value
            self.source = source
        }
    }

    /// Creates a value.
    package init(options: [Option], calibratedAt: String?, gain: Double?) {
        self.options = options
        self.calibratedAt = calibratedAt
        self.gain = gain
    }

    private enum CodingKeys: String, CodingKey {
        case options, gain
        case calibratedAt = "calibrated_at"
    }
}

/// The progress of a calibration.
package struct TuneProgress: Sendable, Codable, Hashable {
    /// What is being measured.
    package var measuring: String
    /// The number of changes that were compared.
    package var compared: Int
    /// The number of all changes; 0 until it is known.
    package var changes: Int
    /// The time since the begin.
    package var seconds: Double

    /// Creates a progress value.
    package init(measuring: String, compared: Int, changes: Int, seconds: Double) {
        self.measuring = measuring
        self.compared = compared
        self.changes = changes
        self.seconds = seconds
    }
}

/// The answer to `POST /models/untune`.
package struct TuneReset: Sendable, Codable, Hashable {
    /// The model.
    package var model: String
    /// Whether there was a calibration.
    package var forgotten: Bool

    /// Creates an answer.
    package init(model: String, forgotten: Bool) {
        self.model = model
        self.forgotten = forgotten
    }
}
