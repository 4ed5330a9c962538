import ModelLibrary
import RoostCore

extension EngineSupervisor {
    /// Returns what a request waits for now.
    ///
    /// - Parameter ticket: The ticket that the request has in its `LeaseRequest`.
    /// - Returns: `nil` for a request that has asked for no engine yet, or whose engine is being checked.
    package func wait(of ticket: QueueTicket) -> EngineWait? {
        guard let request = ticket.request, let engine = engines[request.model] else { return nil }
        if let progress = loadProgress(of: engine) { return .load(progress) }
        if let lookup = ticket.lookup {
            if engine.lookups.running.contains(where: { $0.id == lookup }) { return .answer }
            if let index = engine.lookups.waiting.firstIndex(where: { $0.id == lookup }) { return .turn(position: index + 1, time: nil) }
        }
        if engine.admission.running[request.lease] != nil { return .answer }
        if let position = engine.admission.position(of: request.lease) {
            return .turn(position: position, time: engine.admission.estimatedWait(ofPosition: position))
        }
        // The engine ends for another model, and the model is loaded again after it.
        guard engine.isStopping || engine.isDraining else { return nil }
        return .load(LoadProgress(stage: .waiting, elapsed: time.now() - request.since, totalBytes: engine.entry.sizeBytes))
    }

    /// Returns how far the load of an engine is; `nil` when it is not being loaded.
    func loadProgress(of engine: SupervisedEngine) -> LoadProgress? {
        guard engine.machine.state == .loading || engine.machine.state == .restarting else { return nil }
        let stage: LoadProgress.Stage = !engine.isWaiting ? engine.log.loadStage : engine.facts == nil ? .examining : .waiting
        // The files are mapped: what was read of them are the pages in memory, and a few of the engine's program.
        let memory = stage == .reading ? engine.log.processIdentifier.flatMap { configuration.memoryOfProcess($0) } : nil
        return LoadProgress(
            stage: stage, elapsed: time.now() - engine.startedAt, readBytes: memory?.files, totalBytes: engine.entry.sizeBytes,
            lastDuration: notes?.loadDuration(engine.entry))
    }
}

extension EngineLog {
    /// Parts of lines that llama-server prints at the begin of a stage. It makes the threads just before it warms up, and
    /// tells of that itself only when it is asked for more lines.
    private static let stages: [(text: String, stage: LoadProgress.Stage)] = [
        ("threadpool init", .warmingUp), ("warming up", .warmingUp), ("loading model", .reading),
    ]

    /// The stage of the load that the engine has printed last.
    var loadStage: LoadProgress.Stage {
        for line in lines.reversed() {
            if let found = Self.stages.first(where: { line.contains($0.text) }) { return found.stage }
        }
        return .starting
    }
}
