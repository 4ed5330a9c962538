import ModelLibrary
import RoostCore

extension EngineSupervisor {
    /// The next step of a caller that needs an engine.
    private enum Next {
        /// Use this engine, which is ready.
        case use(SupervisedEngine)
        /// Wait: its engine waits for a place, is starting or ending.
        case wait
    }

    /// Waits for a model's ready engine, starting it if necessary, and holds it. Each success is paired with one
    /// `release`.
    ///
    /// - Parameters:
    ///   - entry: The model.
    ///   - whileRestarting: Whether an engine that is being checked, or starts again, is enough.
    /// - Returns: The engine.
    /// - Throws: `RoostError` when the model cannot be loaded; `CancellationError`.
    func acquire(_ entry: ModelEntry, whileRestarting: Bool = false) async throws -> SupervisedEngine {
        var held: Int?
        noteReturn(to: entry.reference)
        do {
            while true {
                try Task.checkCancellation()
                switch try next(entry, whileRestarting, held: &held) {
                case .use(let engine): return engine
                case .wait: try await waitForChange()
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
        if engines[reference]?.holders == 0 { noteMemory(of: reference) }
        changed()
    }

    /// Checks the state once; `held` is the engine that the caller holds already.
    private func next(_ entry: ModelEntry, _ whileRestarting: Bool, held: inout Int?) throws -> Next {
        guard !isShuttingDown else { throw Self.shuttingDown }
        let reference = entry.reference
        if calibration != nil {
            // No client waits for a calibration.
            interruptCalibration("a request for \(reference) came")
            return .wait
        }
        if let engine = engines[reference] {
            // Wait for its end, then start a new engine.
            if engine.isStopping { return .wait }
            // Another model has waited long enough for its place, or the model is loaded again.
            if engine.isDraining || engine.isReloading, held != engine.id { return .wait }
            if held != engine.id {
                engines[reference]?.holders += 1
                held = engine.id
            }
            guard engine.isReady || whileRestarting && !engine.isWaiting else { return .wait }
            engines[reference]?.lastUsed = time.now()
            return .use(engine)
        }
        if let failure = failures[reference] {
            // A caller that waited for the failed engine gets its error. A later caller gets the error of the cooldown.
            if let held, failure.engineID == held { throw failure.error }
            guard failure.until <= time.now() else { throw failure.coolingDown(at: time.now()) }
            failures[reference] = nil
        }
        held = start(entry, with: try configuration.locateExecutable())
        return .wait
    }

    /// Expects the clients of a model to ask again soon if one has just done that, also when its engine was ended too early.
    private func noteReturn(to reference: ModelReference) {
        var until = unreturned[reference]
        if let engine = engines[reference], !engine.isStopping {
            guard engine.holders == 0 else { return }
            until = engine.lastUsed + EngineRoom.Engine.linger(engine.loadDuration)
        }
        if let until, time.now() <= until { unreturned[reference] = nil }
    }
}
