public import RoostCore

/// A worker's right to change a running job. Only the holder of the newest claim may change the job. A worker that lost
/// its claim (because the job was paused, canceled, or claimed by another process) is refused by every call with the
/// old claim.
public struct JobClaim: Sendable, Hashable {
    /// The job.
    public let jobID: String
    /// The process that claimed it.
    public let owner: String
    /// The number of this claim among the job's claims, counted from 1.
    public let attempt: Int
}

extension Job {
    /// The current claim of a running job.
    public var claim: JobClaim? { owner.map { JobClaim(jobID: id, owner: $0, attempt: attempt) } }
}
