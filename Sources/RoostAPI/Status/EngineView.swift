package import RoostCore

/// An engine in the answer to `GET /engines`.
package struct EngineView: Sendable, Codable, Hashable {
    /// `org/name:QUANT`.
    package var model: String
    /// `loading`, `ready`, `restarting` or `failed`.
    package var state: String
    /// The id of its process; `nil` without one.
    package var processIdentifier: Int32?
    /// The number of restarts after a crash.
    package var restarts: Int
    /// The last error, as a sentence.
    package var lastError: String?
    /// The most tokens of a request; `nil` until it has a place in memory.
    package var contextLength: Int?
    /// The number of requests that it processes at once; `nil` until it has a place in memory.
    package var slots: Int?
    /// The memory that it may need in bytes; `nil` until it has a place.
    package var needBytes: Int64?
    /// The number of requests that it works on.
    package var running: Int
    /// The number of requests that wait for it.
    package var waiting: Int
    /// How far its load is; `nil` when it is not being loaded.
    package var load: LoadView?

    /// Creates an engine.
    package init(
        model: String, state: String, processIdentifier: Int32?, restarts: Int, lastError: String?, contextLength: Int?, slots: Int?,
        needBytes: Int64?, running: Int, waiting: Int, load: LoadView?
    ) {
        self.model = model
        self.state = state
        self.processIdentifier = processIdentifier
        self.restarts = restarts
        self.lastError = lastError
        self.contextLength = contextLength
        self.slots = slots
        self.needBytes = needBytes
        self.running = running
        self.waiting = waiting
        self.load = load
    }

    private enum CodingKeys: String, CodingKey {
        case model, state, restarts, slots, running, waiting, load
        case processIdentifier = "pid"
        case lastError = "last_error"
        case contextLength = "context_length"
        case needBytes = "need_bytes"
    }
}

/// The answer to `GET /engines`.
package struct EngineList: Sendable, Codable, Hashable {
    /// A decision about a model's place in memory.
    package struct Decision: Sendable, Codable, Hashable {
        /// When it was made.
        package var time: Timestamp
        /// The model.
        package var model: String
        /// `load`, `ready`, `drain`, `eviction`, `end`, `refusal`, `crash` or `failure`; later versions may add some.
        package var what: String
        /// The reason in words.
        package var why: String
        /// The other model that it was made for, if there is one.
        package var forModel: String?
        /// The figures by name; a name ends in its unit, such as `need_bytes`.
        package var figures: [String: Double]

        /// Creates a decision.
        package init(time: Timestamp, model: String, what: String, why: String, forModel: String?, figures: [String: Double]) {
            self.time = time
            self.model = model
            self.what = what
            self.why = why
            self.forModel = forModel
            self.figures = figures
        }

        private enum CodingKeys: String, CodingKey {
            case time, model, what, why, figures
            case forModel = "for"
        }
    }

    /// The engines, ordered by their models, and those that failed recently.
    package var engines: [EngineView]
    /// The last decisions, the newest one first.
    package var decisions: [Decision]

    /// Creates an answer.
    package init(engines: [EngineView], decisions: [Decision]) {
        self.engines = engines
        self.decisions = decisions
    }
}
