/// The status of a job: `queued → running → succeeded | failed`. Roost writes no other one.
///
/// A struct and not an enum, because a jobs.db written by another program may contain other words, which are kept.
public struct JobStatus: Sendable, Hashable, RawRepresentable, Codable {
    /// The word in the `status` column.
    public let rawValue: String

    /// Creates a status from any word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The job waits for a free slot.
    public static let queued = Self(rawValue: "queued")
    /// The job runs.
    public static let running = Self(rawValue: "running")
    /// The job is done; the model is on this machine.
    public static let succeeded = Self(rawValue: "succeeded")
    /// The job failed; `error` contains the reason.
    public static let failed = Self(rawValue: "failed")

    /// The four documented values, in the order of a job's life.
    public static let documented: [JobStatus] = [.queued, .running, .succeeded, .failed]

    /// Whether the job has ended: without a request it will not change any more.
    public var isFinished: Bool { self == .succeeded || self == .failed }
}
