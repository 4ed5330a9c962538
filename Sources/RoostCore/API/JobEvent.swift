/// One entry of a job's history, as a row of `job_events` and as the API's JSON. The history only grows; entries go when their job goes.
public struct JobEvent: Sendable, Hashable, Codable, Identifiable {
    /// The entry's number: rises over all jobs, is never used twice, and is the `id` of the server-sent event.
    public var id: Int64
    /// The job.
    public var jobID: String
    /// When it happened.
    public var time: Timestamp
    /// What happened.
    public var kind: Kind
    /// The job's status since then.
    public var status: JobStatus
    /// The job's stage since then.
    public var stage: PullStage?
    /// A sentence for a person, where there is more to say: why it failed, when the next try begins.
    public var message: String?

    /// Makes an entry.
    ///
    /// - Parameters:
    ///   - id: The entry's number.
    ///   - jobID: The job.
    ///   - time: When it happened.
    ///   - kind: What happened.
    ///   - status: The job's status since then.
    ///   - stage: The job's stage since then.
    ///   - message: A sentence for a person.
    public init(id: Int64, jobID: String, time: Timestamp, kind: Kind, status: JobStatus, stage: PullStage?, message: String?) {
        self.id = id
        self.jobID = jobID
        self.time = time
        self.kind = kind
        self.status = status
        self.stage = stage
        self.message = message
    }

    private enum CodingKeys: String, CodingKey {
        case id
        case jobID = "job_id"
        case time
        case kind = "event"
        case status, stage, message
    }

    /// What can happen to a job. Free to grow: clients show a word they do not know as it is.
    public struct Kind: Sendable, Hashable, RawRepresentable, Codable {
        /// The word in the `kind` column, and the `event` of the server-sent event.
        public let rawValue: String

        /// Takes any word.
        ///
        /// - Parameter rawValue: The word in the `kind` column.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Accepted.
        public static let created = Self(rawValue: "created")
        /// Got a slot.
        public static let started = Self(rawValue: "started")
        /// Another stage.
        public static let stage = Self(rawValue: "stage")
        /// A decision worth knowing, in `message`.
        public static let note = Self(rawValue: "note")
        /// A try failed; another begins at `run_after`.
        public static let retryScheduled = Self(rawValue: "retry_scheduled")
        /// Back in the queue, because the server stopped or somebody asked for another try.
        public static let requeued = Self(rawValue: "requeued")
        /// Set aside.
        public static let paused = Self(rawValue: "paused")
        /// No longer set aside.
        public static let resumed = Self(rawValue: "resumed")
        /// Another priority.
        public static let reprioritized = Self(rawValue: "reprioritized")
        /// Done.
        public static let succeeded = Self(rawValue: "succeeded")
        /// Given up.
        public static let failed = Self(rawValue: "failed")
        /// Ended because somebody asked for it.
        public static let canceled = Self(rawValue: "canceled")
    }
}
