import Foundation
import Logging
import ModelLibrary
import RoostCore
import SystemPackage

extension EngineSupervisor {
    /// An event while a process runs.
    private enum Event: Sendable {
        case ready
        case tooSlow
        case hung
        case stopRequested
        case ended(EngineExit)
    }

    /// The end of a process, and its cause.
    private struct Ending {
        var exit: EngineExit
        var wasTooSlow = false
        var wasHung = false
    }

    /// Keeps one engine running until it is stopped or given up; a child task of `run()`.
    func supervise(_ reference: ModelReference) async {
        defer {
            engines[reference] = nil
            changed()
        }
        while engines[reference]?.isStopping == false {
            engines[reference]?.log = EngineLog()
            engines[reference]?.requests = RequestsAtWork()
            engines[reference]?.startedAt = time.now()
            engines[reference]?.isSuspect = false
            guard await examine(reference), let current = engines[reference], let plan = current.plan else { return }
            let ending = await runOnce(current, plan)
            try? FileManager.default.removeItem(atPath: current.socket.string)
            if isShuttingDown || Task.isCancelled { engines[reference]?.machine.stop() }
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
            let facts = try await configuration.examine(engine.entry)
            let plan = EnginePlan(facts, wantedContext: configuration.contextLength, availableMemory: configuration.availableMemory())
            if plan.slots < EnginePlan.mostSlots {
                logger.notice(
                    "Memory is short: an engine processes fewer requests in parallel", metadata: ["model": "\(reference)", "slots": "\(plan.slots)"])
            }
            engines[reference]?.plan = plan
            return engines[reference]?.isStopping == false
        } catch {
            let error = RoostError.wrapping(error, as: .engineLoadFailed, "\(reference) could not be examined before loading")
            let sentence = "\(reference) was not loaded: \(error.message)"
            fail(engine, RoostError(.engineLoadFailed, sentence, cause: error, context: ["file": engine.entry.modelFile.string]))
            return false
        }
    }

    /// Runs the process once, together with its health check.
    private func runOnce(_ engine: SupervisedEngine, _ plan: EnginePlan) async -> Ending {
        // The socket of a killed process would make the bind fail.
        try? FileManager.default.removeItem(atPath: engine.socket.string)
        let process = EngineProcess(
            command: EngineCommand(configuration, executable: engine.executable, entry: engine.entry, socket: engine.socket, plan: plan),
            log: engine.log)
        return await withTaskGroup(of: Event.self) { group in
            group.addTask { .ended(await process.run()) }
            group.addTask { await self.untilHealthy(engine, within: self.configuration.loadTimeout) ? .ready : .tooSlow }
            group.addTask { await self.untilStopRequested(engine.entry.reference) }
            var ending = Ending(exit: .notStarted("it was cancelled"))
            for await event in group {
                switch event {
                case .ready:
                    becameReady(engine)
                    group.addTask { await self.untilHung(engine) }
                case .tooSlow:
                    // A cancelled health check does not mean that the engine is slow.
                    ending.wasTooSlow = !Task.isCancelled && !group.isCancelled
                    group.cancelAll()
                case .hung:
                    ending.wasHung = !group.isCancelled
                    group.cancelAll()
                case .stopRequested: group.cancelAll()
                case .ended(let exit):
                    ending.exit = exit
                    group.cancelAll()
                    return ending
                }
            }
            return ending
        }
    }

    private func becameReady(_ engine: SupervisedEngine) {
        let reference = engine.entry.reference
        // The guard's umask already makes the socket private. This covers an engine that sets its own umask.
        try? FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: engine.socket.string)
        let now = time.now()
        engines[reference]?.machine.becameReady(at: now)
        engines[reference]?.loadDuration = now - engine.startedAt
        metrics.loaded(reference, in: now - engine.startedAt)
        logger.info("An engine is ready", metadata: ["model": "\(reference)", "load_seconds": "\((now - engine.startedAt) / .seconds(1))"])
        changed()
    }

    /// Decides what to do after a process has ended.
    ///
    /// - Returns: The pause before the next start, or `nil` if there is none.
    private func decide(_ reference: ModelReference, _ ending: Ending) -> Duration? {
        let now = time.now()
        let suspects = ending.exit.isFault ? engines[reference]?.requests.suspects(at: now) ?? [] : []
        crashes.crashed(during: suspects, at: now)
        guard let decision = engines[reference]?.machine.processEnded(at: now, isRequestsFault: !suspects.isEmpty),
            let engine = engines[reference]
        else { return nil }
        switch decision {
        case .finish: return nil
        case .restart(let pause):
            metrics.crashed(reference)
            let error = crashError(engine, ending)
            engines[reference]?.lastError = error.message
            logger.warning(
                "An engine crashed and is restarted",
                metadata: [
                    "model": "\(reference)", "reason": "\(error.message)", "pause_seconds": "\(pause / .seconds(1))",
                    "requests_at_work": "\(suspects.count)",
                ])
            changed()
            return pause
        case .failLoad: fail(engine, loadError(engine, ending))
        case .giveUp:
            metrics.crashed(reference)
            fail(engine, crashError(engine, ending))
        }
        return nil
    }

    private func fail(_ engine: SupervisedEngine, _ error: RoostError) {
        let reference = engine.entry.reference
        metrics.failed(reference)
        logger.error(
            "An engine failed; its model is not loaded again during the cooldown",
            metadata: ["model": "\(reference)", "reason": "\(error.message)", "output": "\(engine.log.lines.suffix(20).joined(separator: "\n"))"])
        let model = LoadedModel(
            reference: reference, snapshotPath: engine.entry.snapshotPath, modelFile: engine.entry.modelFile, sizeBytes: engine.entry.sizeBytes,
            plan: engine.plan,
            loadDuration: engine.loadDuration, state: .failed, processIdentifier: nil, restarts: engine.machine.restarts, lastError: error.message)
        failures[reference] = EngineFailure(
            engineID: engine.id, error: error, until: time.now() + configuration.loadCooldown, model: model)
    }

    private func loadError(_ engine: SupervisedEngine, _ ending: Ending) -> RoostError {
        let entry = engine.entry
        let output = engine.log.lines.suffix(20).joined(separator: "\n")
        if ending.wasTooSlow {
            return RoostError(
                .engineLoadFailed,
                "The engine did not finish loading \(entry.reference) from \(entry.modelFile) within \(configuration.loadTimeout / .seconds(1)) s and was ended. Use a smaller model, or allow more time.",
                context: ["output": output])
        }
        let reason = engine.log.failureReason ?? ending.exit.description
        let advice = EngineFailureReason.advice(for: reason, exit: ending.exit, model: entry.reference.description)
        return RoostError(
            .engineLoadFailed, "The engine could not load \(entry.reference) from \(entry.modelFile): \(reason). \(advice)",
            context: ["exit": ending.exit.description, "output": output])
    }

    private func crashError(_ engine: SupervisedEngine, _ ending: Ending) -> RoostError {
        let what = ending.wasHung ? "it no longer passed its health check" : ending.exit.description
        let words = engine.log.failureReason.map { "; its last message: \($0)" } ?? ""
        return RoostError(
            .engineCrashed, "The engine that runs \(engine.entry.reference) ended unexpectedly: \(what)\(words).",
            context: ["output": engine.log.lines.suffix(20).joined(separator: "\n")])
    }
}

extension EngineSupervisor {
    /// Checks an engine's health, every 10 ms at first and every 250 ms later, so that a request waits only a little
    /// longer than the load.
    nonisolated private func untilHealthy(_ engine: SupervisedEngine, within limit: Duration) async -> Bool {
        guard let connection = try? await connection(to: engine, failure: ConnectionFailure()) else { return false }
        let start = time.now()
        let deadline = start + limit
        while time.now() < deadline, !Task.isCancelled {
            if await connection.isHealthy() { return true }
            let pause = min(max(.milliseconds(10), (time.now() - start) / 20), .milliseconds(250))
            guard (try? await time.sleep(pause)) != nil else { return false }
        }
        return false
    }

    /// Checks the engine after each broken connection. Returns if it runs but does not respond within ten seconds.
    private func untilHung(_ engine: SupervisedEngine) async -> Event {
        while (try? await waitUntil(engine.entry.reference, \.isSuspect)) != nil {
            guard await untilHealthy(engine, within: .seconds(10)) else { return .hung }
            engines[engine.entry.reference]?.isSuspect = false
            changed()
        }
        return .stopRequested
    }

    private func untilStopRequested(_ reference: ModelReference) async -> Event {
        // Cancellation has the same meaning: the process must end.
        try? await waitUntil(reference, \.isStopping)
        return .stopRequested
    }

    private func waitUntil(_ reference: ModelReference, _ condition: (SupervisedEngine) -> Bool) async throws {
        while let engine = engines[reference], !condition(engine) { try await waitForChange() }
        try Task.checkCancellation()
    }

    private func wait(_ pause: Duration, unlessStopped reference: ModelReference) async {
        // If cancelled or stopped, the loop in `supervise` checks next.
        _ = try? await time.finishes(within: pause) { _ = await self.untilStopRequested(reference) }
    }
}
