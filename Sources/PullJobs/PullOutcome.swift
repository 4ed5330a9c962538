import RoostCore

/// How one run of a pull ended.
enum PullOutcome: Sendable {
    /// The model is here (and loaded, if that was asked for); the path is the snapshot folder's.
    case succeeded(localPath: String)
    /// The pull cannot succeed as things are. The path is set when the files are complete and only a later stage failed.
    case failed(RoostError, localPath: String?)
    /// The server is stopping; the job goes back to the queue.
    case interrupted
}

extension Job {
    /// Takes over the bytes and the plan.
    mutating func apply(_ machine: PullStateMachine) {
        guard let total = machine.totalBytes else { return }
        sizeBytes = machine.sizeBytes
        totalBytes = total
        downloadedBytes = machine.downloadedBytes
        progress = machine.progress
        preferredQuantized = machine.preferredQuantized
    }

    /// Takes over how the run ended.
    mutating func finish(_ outcome: PullOutcome, machine: PullStateMachine, at time: Timestamp) {
        apply(machine)
        switch outcome {
        case .succeeded(let path):
            status = .succeeded
            finishedAt = time
            localPath = path
            progress = 1
        case .failed(let failure, let path):
            status = .failed
            finishedAt = time
            localPath = path
            error = failure.message
            traceback = failure.traceback
        case .interrupted:
            status = .queued
            startedAt = nil
        }
    }
}
