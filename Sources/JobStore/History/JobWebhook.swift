import RoostCore

/// A call that somebody asked for when a job ends.
public struct JobWebhook: Sendable, Hashable {
    /// The job that has ended.
    public let jobID: String
    /// Who is called.
    public let url: String
    /// How many calls have failed.
    public let attempts: Int
    /// Since when it is due. Taken up again and ended again, the job has a call that is due at another time: so the two are told apart.
    let dueAt: Timestamp
}
