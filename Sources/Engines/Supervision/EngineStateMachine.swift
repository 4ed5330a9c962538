/// The life of one engine, as a value: what happened goes in, what to do comes out. No process, no clock, no waiting in here.
struct EngineStateMachine: Sendable, Hashable {
    /// What the engine is doing.
    enum State: Sendable, Hashable {
        /// Started for the first time, not ready yet.
        case loading
        /// Answers requests.
        case ready(since: Duration)
        /// Crashed; waits for its next start, or is starting.
        case restarting
        /// It is being ended because nobody wants it any more.
        case stopping
        /// It has ended for good.
        case ended
    }

    /// What to do after a process has ended.
    enum Decision: Sendable, Hashable {
        /// Start it again after a pause.
        case restart(after: Duration)
        /// It never became ready: report the reason.
        case failLoad
        /// It crashed too often: report the last crash.
        case giveUp
        /// It was asked to end, and did.
        case finish
    }

    private(set) var state = State.loading
    private(set) var restarts = 0
    private var policy: RestartPolicy

    init(policy: RestartPolicy = RestartPolicy()) { self.policy = policy }

    /// The engine answered its health check.
    mutating func becameReady(at now: Duration) {
        switch state {
        case .loading, .restarting: state = .ready(since: now)
        case .ready, .stopping, .ended: break
        }
    }

    /// Nobody wants the engine any more.
    mutating func stop() {
        if state != .ended { state = .stopping }
    }

    /// The engine's process ended.
    ///
    /// - Parameters:
    ///   - now: When.
    ///   - isRequestsFault: Whether it crashed over a request. That says nothing about the model, so it does not use up its restarts.
    /// - Returns: What to do.
    mutating func processEnded(at now: Duration, isRequestsFault: Bool = false) -> Decision {
        switch state {
        case .ready where isRequestsFault: return restart(after: policy.firstDelay)
        case .stopping, .ended:
            state = .ended
            return .finish
        case .loading:
            state = .ended
            return .failLoad
        case .ready(let since): return crashed(at: now, readySince: since)
        case .restarting: return crashed(at: now, readySince: nil)
        }
    }

    private mutating func crashed(at now: Duration, readySince: Duration?) -> Decision {
        guard let delay = policy.crashed(at: now, readySince: readySince) else {
            state = .ended
            return .giveUp
        }
        return restart(after: delay)
    }

    private mutating func restart(after delay: Duration) -> Decision {
        state = .restarting
        restarts += 1
        return .restart(after: delay)
    }
}
