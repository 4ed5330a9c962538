import RoostCore

/// A job in each state that the rules tell apart.
enum JobStates {
    static let now = Timestamp(rawValue: "2026-01-02T03:04:05.678Z")

    static let names = ["queued", "paused", "waiting", "running", "succeeded", "failed", "canceled", "odd"]

    /// A job with every field that a transition may clear.
    static func job(_ state: String) -> Job {
        var job = Job(id: "one", model: "org/name", quantize: "auto", initialize: false, createdAt: Timestamp(rawValue: "2026-01-01T00:00:00.000Z"))
        (job.retryCount, job.maxRetries, job.attempt, job.runAfter) = (3, 5, 2, Timestamp(rawValue: "2026-01-02T04:00:00.000Z"))
        switch state {
        case "queued": job.runAfter = nil
        case "paused": job.stage = .paused
        case "waiting": job.stage = .waitingForNetwork
        case "running": (job.status, job.stage, job.startedAt, job.owner) = (.running, .downloading, now, "worker")
        case "succeeded": (job.status, job.startedAt, job.finishedAt) = (.succeeded, now, now)
        case "failed": (job.status, job.startedAt, job.finishedAt, job.error, job.traceback) = (.failed, now, now, "it broke", "a chain")
        case "canceled": (job.status, job.stage, job.finishedAt, job.error) = (.failed, .canceled, now, "The pull was canceled.")
        default: job.status = JobStatus(rawValue: "banana")
        }
        return job
    }
}
