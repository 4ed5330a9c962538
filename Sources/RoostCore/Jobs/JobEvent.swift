/// An entry of a job's history, as a row of `job_events` and as JSON in the API. Entries are never changed; they are
/// deleted together with their job.
public struct JobEvent: Sendable, Hashable, Codable, Identifiable {
    /// The number of the entry, which is also the `id` of the server-sent event. It increases across all jobs and is
    /// never reused.
    public var id: Int64
    /// The id of the job.
    public var jobID: String
    /// The time of the event.
    public var time: Timestamp
    /// The kind of the event.
    public var kind: Kind
    /// The status of the job after the event.
    public var status: JobStatus
    /// The stage of the job after the event.
    public var stage: PullStage?
    /// A sentence for the user, where there is more to say: why the job failed, or when the next try begins.
    public var message: String?

    /// Creates an entry.
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

    /// The kind of an event. New kinds may be added; clients show an unknown one as it is.
    public struct Kind: Sendable, Hashable, RawRepresentable, Codable {
        /// The word in the `kind` column, and the `event` of the server-sent event.
        public let rawValue: String

        /// Creates a kind from any word.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The job was accepted.
        public static let created = Self(rawValue: "created")
        /// The job started to run.
        public static let started = Self(rawValue: "started")
        /// The job entered another stage.
        public static let stage = Self(rawValue: "stage")
        /// A decision that the user may want to know about, in `message`.
        public static let note = Self(rawValue: "note")
        /// A try failed; another begins at `run_after`.
        public static let retryScheduled = Self(rawValue: "retry_scheduled")
        /// The job returned to the queue, because the server stopped or a client asked for another try.
        public static let requeued = Self(rawValue: "requeued")
        /// The job was paused.
        public static let paused = Self(rawValue: "paused")
        /// The job was resumed.
        public static let resumed = Self(rawValue: "resumed")
        /// The priority was changed.
        public static let reprioritized = Self(rawValue: "reprioritized")
        /// The job succeeded.
        public static let succeeded = Self(rawValue: "succeeded")
        /// The job failed.
        public static let failed = Self(rawValue: "failed")
        /// A client canceled the job.
        public static let canceled = Self(rawValue: "canceled")
    }
}
