public import RoostCore

/// A worker's right to a running job. Only the holder of the newest claim may change the job: whoever lost it (the job was paused, canceled, or
/// taken up by another process) is refused by every call that carries the old one.
public struct JobClaim: Sendable, Hashable {
    /// The job.
    public let jobID: String
    /// The process that claimed it.
    public let owner: String
    /// Which of the job's claims this is, counted from 1.
    public let attempt: Int
}

extension Job {
    /// The claim that a running job is held by.
    public var claim: JobClaim? { owner.map { JobClaim(jobID: id, owner: $0, attempt: attempt) } }
}
