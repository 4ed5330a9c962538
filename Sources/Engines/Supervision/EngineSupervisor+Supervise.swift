import Logging
import ModelLibrary
import RoostCore
import SystemPackage

extension EngineSupervisor {
    /// An event while a process runs.
    enum Event: Sendable {
        case ready
        case measured
        /// Measured to need another number of tokens per step than it was started with. It is idle.
        case mistuned
        case tooSlow
        /// It runs, and no longer passes its health check.
        case hung
        /// It passes its health check, and ends no step.
        case stuck
        case stopRequested
        case ended(EngineExit)

        /// Whether the process takes no request any more.
        var endsProcess: Bool {
            switch self {
            case .ready, .measured, .mistuned, .stopRequested: false
            case .tooSlow, .hung, .stuck, .ended: true
            }
        }
    }

    /// The end of a process, and its cause.
    private struct Ending {
        var exit: EngineExit
        var wasMistuned = false
        var wasTooSlow = false
        var wasHung = false
        var wasStuck = false
    }

    /// Keeps one engine running until it is stopped or given up; a child task of `run()`.
    func supervise(_ reference: ModelReference) async {
        defer {
            engines[reference] = nil
            changed()
        }
        while engines[reference]?.isStopping == false {
            // No process reads their texts any more.
            for id in engines[reference]?.abandoned ?? [] { engines[reference]?.removeRequest(id, at: time.now(), isAnswered: false) }
            engines[reference]?.log = EngineLog()
            engines[reference]?.requests = RequestsAtWork()
            engines[reference]?.startedAt = time.now()
            engines[reference]?.isSuspect = false
            guard await examine(reference), await hasPlace(reference), let current = engines[reference], let plan = current.plan else { return }
            let step = await promptStep(for: current, plan)
            let prompts = await openPrompts(of: current, plan)
            let ending = await runOnce(current, plan, step, prompts)
            await storeNotes()
            if isShuttingDown || Task.isCancelled { engines[reference]?.machine.stop() }
            if ending.wasMistuned, engines[reference]?.isStopping == false { continue }
            guard let pause = decide(reference, ending) else { return }
            await wait(pause, unlessStopped: reference)
        }
    }

    /// Examines a model's files, so that no engine loads invalid ones.
    ///
    /// - Returns: Whether an engine may be started.
    private func examine(_ reference: ModelReference) async -> Bool {
        guard let engine = engines[reference] else { return false }
        do {
            async let listed = configuration.devices(engine.executable)
            // Not in the assignments below: they would hold the dictionary during the suspension.
            var facts = try await configuration.examine(engine.entry)
            facts.tuning = await storedTuning(of: engine.entry, engine.executable)?.tuning ?? EngineTuning()
            let devices = await listed
            facts.hasDevices = !devices.isEmpty
            if notes == nil {
                let stored = await configuration.readNotes()
                notes = notes ?? stored
            }
            engines[reference]?.facts = facts
            engines[reference]?.devices = devices
            return engines[reference]?.isStopping == false
        } catch {
            let error = RoostError.wrapping(error, as: .engineLoadFailed, "\(reference) could not be examined before loading")
            let sentence = "\(reference) was not loaded: \(error.message)"
            guard error.code != .unsupportedModel else {
                // Files that do not belong together are the user's choice, and can be changed at once: there is no cooldown.
                decided(.refusal, reference, because: error.message)
                record(engine, RoostError(.unsupportedModel, sentence, field: error.field, cause: error), cooldown: .zero)
                return false
            }
            fail(engine, RoostError(.engineLoadFailed, sentence, cause: error, context: ["file": engine.entry.modelFile.string]))
            return false
        }
    }

    private func hasPlace(_ reference: ModelReference) async -> Bool {
        await engines[reference]?.isWaiting == true ? takePlace(reference) : keepPlace(reference)
    }

    /// Runs the process once, together with its health check.
    private func runOnce(_ engine: SupervisedEngine, _ plan: EnginePlan, _ promptStep: Int?, _ prompts: FilePath?) async -> Ending {
        let files = EngineFiles(socket: engine.socket, home: configuration.sandboxHome)
        do {
            try await files.prepare()
        } catch {
            await files.remove()
            return Ending(exit: .notStarted(RoostError.wrapping(error, as: .fileSystem, "A folder for it could not be made").message))
        }
        let ending = await runProcess(of: engine, plan, promptStep, files, prompts)
        await files.remove()
        return ending
    }

    private func runProcess(
        of engine: SupervisedEngine, _ plan: EnginePlan, _ promptStep: Int?, _ files: EngineFiles, _ prompts: FilePath?
    ) async -> Ending {
        let process = EngineProcess(
            command: EngineCommand(
                configuration, executable: engine.executable, entry: engine.entry, socket: engine.socket, plan: plan, promptStep: promptStep,
                memoryLimit: memoryLimit(of: engine), prompts: prompts),
            log: engine.log)
        return await withTaskGroup(of: Event.self) { group in
            group.addTask { .ended(await process.run()) }
            group.addTask {
                guard await self.untilHealthy(engine, within: self.configuration.loadTimeout) else { return .tooSlow }
                await files.protectSocket()
                await self.untilAnnounced(engine)
                return .ready
            }
            group.addTask { await self.untilStopRequested(engine.entry.reference) }
            var ending = Ending(exit: .notStarted("it was cancelled"))
            for await event in group {
                if event.endsProcess { noteEnd(of: engine) }
                switch event {
                case .ready:
                    becameReady(engine, promptStep)
                    group.addTask {
                        await self.storeNotes()
                        await self.storeLoaded()
                        return await self.untilHung(engine)
                    }
                    group.addTask { await self.untilStuck(engine) }
                    group.addTask {
                        await self.endWhenUnused(engine.entry.reference)
                        return .stopRequested
                    }
                    group.addTask { await self.isWellTuned(engine, promptStep) ? .measured : .mistuned }
                case .measured: break
                case .mistuned:
                    ending.wasMistuned = !group.isCancelled
                    await storePrompts(of: engine)
                    group.cancelAll()
                case .tooSlow:
                    // A cancelled health check does not mean that the engine is slow.
                    ending.wasTooSlow = !Task.isCancelled && !group.isCancelled
                    group.cancelAll()
                case .hung:
                    ending.wasHung = !group.isCancelled
                    group.cancelAll()
                case .stuck:
                    ending.wasStuck = !group.isCancelled
                    group.cancelAll()
                case .stopRequested:
                    await storePrompts(of: engine)
                    group.cancelAll()
                case .ended(let exit):
                    ending.exit = exit
                    group.cancelAll()
                    return ending
                }
            }
            return ending
        }
    }

    /// Lets no request start on a process that ends, until the next one is ready.
    private func noteEnd(of engine: SupervisedEngine) {
        guard engines[engine.entry.reference]?.id == engine.id else { return }
        engines[engine.entry.reference]?.isSuspect = true
    }

    private func becameReady(_ engine: SupervisedEngine, _ promptStep: Int?) {
        let reference = engine.entry.reference
        let now = time.now()
        engines[reference]?.machine.becameReady(at: now)
        prepareSlots(of: engine, promptStep)
        startWaiting(reference)
        engines[reference]?.loadDuration = now - engine.startedAt
        metrics.loaded(reference, in: now - engine.startedAt)
        let used = noteMemory(of: reference)
        noteLoad(of: engine, now - engine.startedAt)
        decided(
            .ready, reference, because: "it passed its health check",
            [
                "load_seconds": (now - engine.startedAt) / .seconds(1), "used_bytes": Double(used ?? 0),
                "need_bytes": Double(engine.memory?.bytes ?? 0),
            ])
        changed()
    }

    /// Decides what to do after a process has ended.
    ///
    /// - Returns: The pause before the next start, or `nil` if there is none.
    private func decide(_ reference: ModelReference, _ ending: Ending) -> Duration? {
        let now = time.now()
        guard var engine = engines[reference] else { return nil }
        let suspects = ending.exit.isFault || ending.wasStuck ? engine.requests.suspects(at: now, isStuck: ending.wasStuck) : []
        crashes.crashed(engine.id, during: suspects, at: now)
        let decision = engine.machine.processEnded(at: now, isRequestsFault: !suspects.isEmpty, hasAnswered: engine.requests.hasAnswered)
        engines[reference] = engine
        switch decision {
        case .finish: return nil
        case .restart(let pause):
            metrics.crashed(reference)
            let error = crashError(engine, ending)
            engines[reference]?.lastError = error.message
            decided(
                .crash, reference, because: error.message,
                ["pause_seconds": pause / .seconds(1), "requests_at_work": Double(suspects.count), "restarts": Double(engine.machine.restarts)])
            // The next load begins now, with nothing printed.
            engines[reference]?.startedAt = now
            engines[reference]?.log = EngineLog()
            changed()
            return pause
        case .failLoad: fail(engine, loadError(engine, ending))
        case .giveUp:
            crashes.gaveUp(engine.id)
            metrics.crashed(reference)
            fail(engine, crashError(engine, ending))
        }
        return nil
    }

    private func fail(_ engine: SupervisedEngine, _ error: RoostError) {
        metrics.failed(engine.entry.reference)
        decided(
            .failure, engine.entry.reference, because: error.message, ["cooldown_seconds": configuration.loadCooldown / .seconds(1)],
            details: ["output": "\(engine.log.lines.suffix(20).joined(separator: "\n"))"])
        record(engine, error, cooldown: configuration.loadCooldown)
    }

    /// Records why a model has no engine. It is not loaded again during the cooldown.
    func record(_ engine: SupervisedEngine, _ error: RoostError, cooldown: Duration) {
        let model = LoadedModel(
            reference: engine.entry.reference, snapshotPath: engine.entry.snapshotPath, modelFile: engine.entry.modelFile,
            sizeBytes: engine.entry.sizeBytes, plan: engine.plan, memory: engine.memory, loadDuration: engine.loadDuration, state: .failed,
            processIdentifier: nil, restarts: engine.machine.restarts, lastError: error.message)
        failures[engine.entry.reference] = EngineFailure(engineID: engine.id, error: error, until: time.now() + cooldown, model: model)
    }

    private func loadError(_ engine: SupervisedEngine, _ ending: Ending) -> RoostError {
        let entry = engine.entry
        let output = engine.log.lines.suffix(20).joined(separator: "\n")
        if ending.wasTooSlow {
            return RoostError(
                .engineLoadFailed,
                "The engine did not finish loading \(entry.reference) from \(entry.modelFile) within \(Int(configuration.loadTimeout / .seconds(1))) s and was ended. Use a smaller model, or allow more time (model_load_timeout); `roost doctor` checks the engine.",
                context: ["output": output])
        }
        let limit = reachedLimit(of: engine)
        let reason = limit ?? engine.log.failureReason ?? ending.exit.description
        let advice =
            limit == nil
            ? EngineFailureReason.advice(for: reason, exit: ending.exit, model: entry.reference.description)
            : "Use a shorter context (context_length), or allow more memory (engine_memory_limit)."
        return RoostError(
            .engineLoadFailed, "The engine could not load \(entry.reference) from \(entry.modelFile): \(reason). \(advice)",
            context: ["exit": ending.exit.description, "output": output])
    }

    /// Why Roost has ended an engine itself; `nil` if it did not.
    private func ownReason(_ ending: Ending) -> String? {
        if ending.wasStuck { return "it ended no step within \(Int(configuration.stepTimeout / .seconds(1))) s (engine_step_timeout)" }
        if ending.wasHung { return "it no longer passed its health check" }
        return ending.wasTooSlow ? "it did not finish loading within \(Int(configuration.loadTimeout / .seconds(1))) s (model_load_timeout)" : nil
    }

    private func crashError(_ engine: SupervisedEngine, _ ending: Ending) -> RoostError {
        let what = ownReason(ending) ?? reachedLimit(of: engine) ?? ending.exit.description
        let words = engine.log.failureReason.map { "; its last message: \($0)" } ?? ""
        return RoostError(
            .engineCrashed, "The engine that runs \(engine.entry.reference) ended unexpectedly: \(what)\(words).",
            context: ["output": engine.log.lines.suffix(20).joined(separator: "\n")])
    }
}

extension EngineSupervisor {
    func untilStopRequested(_ reference: ModelReference) async -> Event {
        // Cancellation has the same meaning: the process must end.
        try? await waitUntil(reference, \.isStopping)
        return .stopRequested
    }

    func waitUntil(_ reference: ModelReference, _ condition: (SupervisedEngine) -> Bool) async throws {
        while let engine = engines[reference], !condition(engine) { try await waitForChange() }
        try Task.checkCancellation()
    }

    private func wait(_ pause: Duration, unlessStopped reference: ModelReference) async {
        // If cancelled or stopped, the loop in `supervise` checks next.
        _ = try? await time.finishes(within: pause) { _ = await self.untilStopRequested(reference) }
    }
}
