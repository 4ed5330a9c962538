import RoostCore

/// How one run of a pull ended.
enum PullOutcome: Sendable {
    /// The model is here (and loaded, if that was asked for and nothing says why not); the path is the snapshot folder's.
    case succeeded(localPath: String, notLoaded: RoostError?)
    /// The pull cannot succeed as things are. The path is set when the files are complete and only a later stage failed.
    case failed(RoostError, localPath: String?)
    /// It may succeed later; until then the slot is free for others.
    case postponed(RoostError, pause: Duration)
    /// The server is stopping, or somebody has taken the job away.
    case interrupted

    /// What the job's history says about it.
    ///
    /// - Parameters:
    ///   - machine: What the run knew.
    ///   - isHeld: Whether pulls wait for the line to be opened again, and not for the server.
    /// - Returns: A sentence; `nil` when there is nothing to say.
    func message(_ machine: PullStateMachine, isHeld: Bool) -> String? {
        switch self {
        case .succeeded(_, let notLoaded): notLoaded.map(Self.sentence)
        case .failed(let error, _): error.message
        case .postponed(let error, let pause):
            "\(error.message) Try \(machine.retryCount) in a row; the next begins in \(Int((pause / .seconds(1)).rounded(.up))) s."
        case .interrupted:
            isHeld ? "The line is closed; the pull continues when it is open again." : "The server is stopping; the pull continues when it is back."
        }
    }

    /// How a run ended that was asked to load its model and had to give that up.
    ///
    /// - Parameters:
    ///   - error: Why.
    ///   - localPath: Where the model is; `nil` when its files are not complete.
    /// - Returns: Success when all that is missing is an engine: the model itself is here and right. What an engine says about the model is a failure.
    static func givenUp(_ error: RoostError, localPath: String?) -> PullOutcome {
        guard let localPath, [.engineMissing, .enginesBusy].contains(error.code) else { return .failed(error, localPath: localPath) }
        return .succeeded(localPath: localPath, notLoaded: error)
    }

    fileprivate static func sentence(_ notLoaded: RoostError) -> String { "The model is here, but not loaded: \(notLoaded.message)" }
}

extension Job {
    /// Takes over the stage, the bytes and the plan.
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

    /// Takes over how the run ended.
    ///
    /// - Parameters:
    ///   - outcome: How.
    ///   - machine: What the run knew.
    ///   - time: Now.
    ///   - nextTry: When a postponed job may run again.
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
            // Why the last try failed; the next one begins without it.
            error = failure.message
            traceback = failure.traceback
        case .interrupted:
            status = .queued
            startedAt = nil
        }
    }
}
