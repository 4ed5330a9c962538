import RoostCore

/// The end of one run of a pull.
enum PullOutcome: Sendable {
    /// The model is on this machine, and loaded if that was requested, unless `notLoaded` contains the reason; the path
    /// is that of the snapshot folder.
    case succeeded(localPath: String, notLoaded: RoostError?)
    /// The pull failed. The path is set when the files are complete and only a later stage failed.
    case failed(RoostError, localPath: String?)
    /// The pull may succeed later; until then its slot is free for others.
    case postponed(RoostError, pause: Duration)
    /// The server is stopping, or a client has paused or canceled the job.
    case interrupted

    /// Returns the sentence about this outcome for the job's history.
    ///
    /// - Parameters:
    ///   - machine: The state of the run.
    ///   - isStopping: Whether the server stops.
    ///   - isHeld: Whether downloads are closed.
    /// - Returns: A sentence; `nil` when there is nothing to say.
    func message(_ machine: PullStateMachine, isStopping: Bool, isHeld: Bool) -> String? {
        switch self {
        case .succeeded(_, let notLoaded): notLoaded.map(Self.sentence)
        case .failed(let error, _): error.message
        case .postponed(let error, let pause):
            "\(error.message) Try \(machine.retryCount) in a row; the next begins in \(Int((pause / .seconds(1)).rounded(.up))) s."
        case .interrupted:
            if isStopping {
                "The server is stopping; the pull continues after the next start."
            } else {
                isHeld ? "Downloads are closed; the pull continues when they are open again." : "The pull was interrupted; it is in the queue again."
            }
        }
    }

    /// Returns the outcome of a run whose model could not be loaded.
    ///
    /// - Parameters:
    ///   - error: The reason.
    ///   - localPath: The path of the model; `nil` when its files are not complete.
    /// - Returns: Success when only an engine is missing, since the model itself is complete and verified. An error of
    ///   the engine about the model is a failure.
    static func givenUp(_ error: RoostError, localPath: String?) -> PullOutcome {
        guard let localPath, [.engineMissing, .enginesBusy].contains(error.code) else { return .failed(error, localPath: localPath) }
        return .succeeded(localPath: localPath, notLoaded: error)
    }

    fileprivate static func sentence(_ notLoaded: RoostError) -> String { "The model is here, but not loaded: \(notLoaded.message)" }
}

extension Job {
    /// Copies the stage, the bytes and the plan of a run into the job.
    mutating func apply(_ machine: PullStateMachine, at now: Duration) {
        stage = machine.stage(at: now)
        applyPlan(machine)
    }

    private mutating func applyPlan(_ machine: PullStateMachine) {
        guard let total = machine.totalBytes else { return }
        sizeBytes = machine.sizeBytes
        totalBytes = total
        downloadedBytes = machine.downloadedBytes
        progress = machine.progress
        preferredQuantized = machine.preferredQuantized
    }

    /// Records the end of a run in the job.
    ///
    /// - Parameters:
    ///   - outcome: The outcome.
    ///   - machine: The state of the run.
    ///   - time: The current time.
    ///   - nextTry: The time of the next try of a postponed job.
    mutating func finish(_ outcome: PullOutcome, machine: PullStateMachine, at time: Timestamp, nextTry: Timestamp?) {
        applyPlan(machine)
        stage = nil
        retryCount = machine.retryCount
        switch outcome {
        case .succeeded(let path, let notLoaded):
            status = .succeeded
            finishedAt = time
            localPath = path
            progress = 1
            retryCount = 0
            error = notLoaded.map(PullOutcome.sentence)
            traceback = notLoaded?.traceback
        case .failed(let failure, let path):
            status = .failed
            finishedAt = time
            localPath = path
            error = failure.message
            traceback = failure.traceback
        case .postponed(let failure, _):
            status = .queued
            stage = .waitingForNetwork
            startedAt = nil
            runAfter = nextTry
            // The error of the last try is kept only until the next one begins.
            error = failure.message
            traceback = failure.traceback
        case .interrupted:
            status = .queued
            startedAt = nil
        }
    }
}
