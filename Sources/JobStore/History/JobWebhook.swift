import RoostCore

/// A call that somebody asked for when a job ends.
public struct JobWebhook: Sendable, Hashable {
    /// The job that has ended.
    public let jobID: String
    /// Who is called.
    public let url: String
    /// The scheme, host and port of the URL, in lower case: those that have the same are one receiver.
    public let receiver: String
    /// How many calls have failed.
    public let attempts: Int
    /// Since when it is due. Taken up again and ended again, the job has a call that is due at another time: so the two are told apart.
    let dueAt: Timestamp
}

/// The calls that a look at the queue found.
public struct DueWebhooks: Sendable {
    /// One call of each receiver at the most: the one that has waited longest.
    public let calls: [JobWebhook]
    /// The last receiver that was looked at; the next look begins behind it.
    public let last: String
    /// Whether every receiver was looked at.
    public let isComplete: Bool
}
