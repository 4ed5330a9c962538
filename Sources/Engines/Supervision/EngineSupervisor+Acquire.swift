import ModelLibrary
import RoostCore

extension EngineSupervisor {
    /// The next step of a caller that needs an engine.
    private enum Next {
        /// Use this engine, which is ready.
        case use(SupervisedEngine)
        /// Wait: its engine is starting or ending.
        case wait
        /// Wait for a free place for its engine.
        case waitForRoom
    }

    /// Waits for a model's ready engine, starting it if necessary, and holds it. Each success is paired with one
    /// `release`.
    func acquire(_ entry: ModelEntry) async throws -> SupervisedEngine {
        var held: Int?
        var roomUntil: Duration?
        do {
            while true {
                try Task.checkCancellation()
                switch try next(entry, held: &held) {
                case .use(let engine): return engine
                case .wait: try await waitForChange()
                case .waitForRoom:
                    let deadline = roomUntil ?? (time.now() + configuration.busyTimeout)
                    roomUntil = deadline
                    let left = deadline - time.now()
                    guard left > .zero else { throw busy(entry.reference) }
                    try await waitForChange(atMost: left)
                }
            }
        } catch {
            if let held { release(entry.reference, id: held, isSuspect: false) }
            throw error
        }
    }

    /// Releases an engine.
    func release(_ engine: SupervisedEngine, isSuspect: Bool) {
        release(engine.entry.reference, id: engine.id, isSuspect: isSuspect)
    }

    private func release(_ reference: ModelReference, id: Int, isSuspect: Bool) {
        guard engines[reference]?.id == id else { return }
        engines[reference]?.holders -= 1
        engines[reference]?.lastUsed = time.now()
        if isSuspect { engines[reference]?.isSuspect = true }
        changed()
    }

    /// Checks the state once; `held` is the engine that the caller holds already.
    private func next(_ entry: ModelEntry, held: inout Int?) throws -> Next {
        guard !isShuttingDown else { throw Self.shuttingDown }
        let reference = entry.reference
        if let engine = engines[reference] {
            // Wait for its end, then start a new engine.
            if engine.isStopping { return .wait }
            if held != engine.id {
                engines[reference]?.holders += 1
                held = engine.id
            }
            guard engine.isReady else { return .wait }
            engines[reference]?.lastUsed = time.now()
            return .use(engine)
        }
        if let failure = failures[reference] {
            // A caller that waited for the failed engine gets its error. A later caller gets the error of the cooldown.
            if let held, failure.engineID == held { throw failure.error }
            guard failure.until <= time.now() else { throw failure.coolingDown(at: time.now()) }
            failures[reference] = nil
        }
        guard makeRoom() else { return .waitForRoom }
        held = start(entry, with: try configuration.locateExecutable())
        return .wait
    }

    /// Ends the least recently used idle engines until there is room for one more.
    ///
    /// - Returns: Whether there is room now; engines that are still ending count.
    private func makeRoom() -> Bool {
        let limit = max(1, configuration.maxModels)
        guard engines.count >= limit else { return true }
        var excess = engines.values.count { !$0.isStopping } - (limit - 1)
        for engine in engines.values.filter(\.isIdle).sorted(by: { $0.lastUsed < $1.lastUsed }) where excess > 0 {
            stop(engine.entry.reference, because: "another model needs its place and it is the least recently used")
            excess -= 1
        }
        return false
    }

    private func busy(_ reference: ModelReference) -> RoostError {
        let names = engines.values.map(\.entry.reference.description).sorted().joined(separator: ", ")
        return RoostError(
            .enginesBusy,
            "\(reference) could not be loaded: this machine runs at most \(configuration.maxModels) model(s) at once, and \(names) stayed busy. Try again later, or raise MAX_CACHE_MODELS.",
            retryAfter: .seconds(5))
    }
}
