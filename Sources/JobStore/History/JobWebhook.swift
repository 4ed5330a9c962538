/// A call that somebody asked for when a job ends.
public struct JobWebhook: Sendable, Hashable {
    /// The job that has ended.
    public let jobID: String
    /// Who is called.
    public let url: String
    /// How many calls have failed.
    public let attempts: Int
}
