import RoostCore

/// The states of one engine, as a value type: events in, decisions out, without processes, clocks or waiting.
struct EngineStateMachine: Sendable, Hashable {
    /// The state of the engine.
    enum State: Sendable, Hashable {
        /// Started for the first time, not ready yet.
        case loading
        /// Accepts requests.
        case ready(since: Duration)
        /// Crashed; waiting for its next start, or starting.
        case restarting
        /// Being ended because it is no longer needed.
        case stopping
        /// Ended permanently.
        case ended
    }

    /// The action after a process has ended.
    enum Decision: Sendable, Hashable {
        /// Start it again after a pause.
        case restart(after: Duration)
        /// It never became ready: report the reason.
        case failLoad
        /// It crashed too often: report the last crash.
        case giveUp
        /// It ended as requested.
        case finish
    }

    private(set) var state = State.loading
    private(set) var restarts = 0
    private var policy: RestartPolicy
    private var requestsPolicy = RestartPolicy.overRequests

    init(policy: RestartPolicy = RestartPolicy()) { self.policy = policy }

    /// Records that the engine passed its health check.
    mutating func becameReady(at now: Duration) {
        switch state {
        case .loading, .restarting: state = .ready(since: now)
        case .ready, .stopping, .ended: break
        }
    }

    /// Records that the idle engine is started again with other options.
    mutating func startAgain() {
        if case .ready = state { state = .loading }
    }

    /// Records that the engine is no longer needed.
    mutating func stop() {
        if state != .ended { state = .stopping }
    }

    /// Records the end of the engine's process.
    ///
    /// - Parameters:
    ///   - now: The time of the end.
    ///   - isRequestsFault: Whether a request may have caused the crash. Such crashes are counted apart, because the model
    ///     may be sound.
    ///   - hasAnswered: Whether the process answered a request. Then the model is sound, and the crashes before it no longer
    ///     count.
    /// - Returns: The action to take.
    mutating func processEnded(at now: Duration, isRequestsFault: Bool = false, hasAnswered: Bool = false) -> Decision {
        if hasAnswered { requestsPolicy = .overRequests }
        switch state {
        case .ready(let since) where isRequestsFault: return next(requestsPolicy.crashed(at: now, readySince: since))
        case .stopping, .ended:
            state = .ended
            return .finish
        case .loading:
            state = .ended
            return .failLoad
        case .ready(let since): return next(policy.crashed(at: now, readySince: since))
        case .restarting: return next(policy.crashed(at: now, readySince: nil))
        }
    }

    /// Restarts after a pause, or gives up without one.
    private mutating func next(_ pause: Duration?) -> Decision {
        guard let pause else {
            state = .ended
            return .giveUp
        }
        state = .restarting
        restarts += 1
        return .restart(after: pause)
    }
}
