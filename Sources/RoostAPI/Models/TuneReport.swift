package import RoostCore

/// The result of `POST /models/tune`.
package struct TuneReport: Sendable, Codable, Hashable {
    /// The model.
    package var model: String
    /// Whether something was clearly better than the defaults.
    package var improved: Bool
    /// The options from the next load on.
    package var tuning: ModelTuning
    /// What was measured with the defaults.
    package var before: Figures
    /// What was measured with the chosen options, in turns with the defaults.
    package var after: Figures
    /// The memory that the engine needs with the defaults, in bytes.
    package var neededBefore: Int64
    /// The memory that it needs with the chosen options, in bytes.
    package var neededAfter: Int64
    /// The changes that were tried.
    package var changes: [Change]
    /// The number of changes for which there was no time.
    package var untried: Int
    /// Its duration.
    package var seconds: Double
    /// Why the result counts only until the server ends; `nil` if it is stored.
    @ExplicitNull package var note: String?

    /// What was measured of an engine.
    package struct Figures: Sendable, Codable, Hashable {
        /// The tokens of a prompt that are read per second.
        package var prompt: Double
        /// The tokens that are generated per second for one request alone.
        package var single: Double
        /// The tokens that are generated per second for eight requests together.
        package var several: Double
        /// The most memory that the engine used, in bytes; `nil` if the system does not tell.
        @ExplicitNull package var usedBytes: Int64?

        /// Creates the figures.
        package init(prompt: Double, single: Double, several: Double, usedBytes: Int64?) {
            self.prompt = prompt
            self.single = single
            self.several = several
            self.usedBytes = usedBytes
        }

        private enum CodingKeys: String, CodingKey {
            case prompt = "prompt_tokens_per_second"
            case single = "single_tokens_per_second"
            case several = "several_tokens_per_second"
            case usedBytes = "used_bytes"
        }
    }

    /// A change of one option.
    package struct Change: Sendable, Codable, Hashable {
        /// The change in words, such as `8 slots`.
        package var change: String
        /// Whether it is used.
        package var chosen: Bool
        /// Why, in words.
        package var reason: String
        /// How much better it was, as a ratio; `nil` if it was not compared.
        @ExplicitNull package var gain: Double?
        /// What was measured with it; `nil` if nothing was.
        @ExplicitNull package var figures: Figures?

        /// Creates an entry.
        package init(change: String, chosen: Bool, reason: String, gain: Double?, figures: Figures?) {
            self.change = change
            self.chosen = chosen
            self.reason = reason
            self.gain = gain
            self.figures = figures
        }
    }

    /// Creates a report.
    package init(
        model: String, improved: Bool, tuning: ModelTuning, before: Figures, after: Figures, neededBefore: Int64, neededAfter: Int64,
        changes: [Change], untried: Int, seconds: Double, note: String?
    ) {
        self.model = model
        self.improved = improved
        self.tuning = tuning
        self.before = before
        self.after = after
        self.neededBefore = neededBefore
        self.neededAfter = neededAfter
        self.changes = changes
        self.untried = untried
        self.seconds = seconds
        self.note = note
    }

    private enum CodingKeys: String, CodingKey {
        case model, improved, tuning, before, after, changes, untried, seconds, note
        case neededBefore = "needed_bytes_before"
        case neededAfter = "needed_bytes_after"
    }
}
