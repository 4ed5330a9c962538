/// The life of a job: `queued → running → succeeded | failed`, and never anything else from Roost.
///
/// A struct and not an enum, because a jobs.db written by another program may hold other words; they are kept as they are.
public struct JobStatus: Sendable, Hashable, RawRepresentable, Codable {
    /// The word in the `status` column.
    public let rawValue: String

    /// Takes any word.
    ///
    /// - Parameter rawValue: The word in the `status` column.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Waiting for a slot.
    public static let queued = Self(rawValue: "queued")
    /// Holding a slot and working.
    public static let running = Self(rawValue: "running")
    /// Done; the model is on this machine.
    public static let succeeded = Self(rawValue: "succeeded")
    /// Given up; `error` says why.
    public static let failed = Self(rawValue: "failed")

    /// The four documented values, in the order of a job's life.
    public static let documented: [JobStatus] = [.queued, .running, .succeeded, .failed]

    /// Whether the job will not change any more by itself.
    public var isFinished: Bool { self == .succeeded || self == .failed }
}
