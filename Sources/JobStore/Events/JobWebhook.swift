package import RoostCore

/// A webhook call that a client requested for the end of a job.
public struct JobWebhook: Sendable, Hashable {
    /// The job that has ended.
    public package(set) var jobID: String
    /// The URL to call.
    public package(set) var url: String
    /// The scheme, host and port of the URL, in lower case. Calls with the same value have the same receiver.
    public package(set) var receiver: String
    /// The number of failed calls.
    public package(set) var attempts: Int
    /// The time when the call became due. It tells the call apart from the call for a later end of the same job.
    package var dueAt: Timestamp

    package init(jobID: String, url: String, receiver: String, attempts: Int, dueAt: Timestamp) {
        self.jobID = jobID
        self.url = url
        self.receiver = receiver
        self.attempts = attempts
        self.dueAt = dueAt
    }
}

/// The due calls that a query of the queue found.
public struct DueWebhooks: Sendable {
    /// At most one call for each receiver: the one that has waited longest.
    public let calls: [JobWebhook]
    /// The last receiver that was examined; the next query begins after it.
    public let last: String
    /// Whether every receiver was examined.
    public let isComplete: Bool

    package init(calls: [JobWebhook], last: String, isComplete: Bool) {
        self.calls = calls
        self.last = last
        self.isComplete = isComplete
    }
}
