import RoostCore

extension EngineSupervisor {
    /// Returns what a request waits for now.
    ///
    /// - Parameter ticket: The ticket that the request has in its `LeaseRequest`.
    /// - Returns: `nil` for a request that has asked for no engine yet, or whose engine is being checked.
    package func wait(of ticket: QueueTicket) -> EngineWait? {
        guard let request = ticket.request, let engine = engines[request.model] else { return nil }
        let now = time.now()
        if let progress = engine.loadProgress(at: now) { return .load(progress) }
        if engine.admission.running[request.lease] != nil { return .answer }
        if let position = engine.admission.position(of: request.lease) {
            return .turn(position: position, time: engine.admission.estimatedWait(ofPosition: position))
        }
        // The engine ends for another model, and the model is loaded again after it.
        return engine.isStopping || engine.isDraining ? .load(LoadProgress(stage: .waiting, elapsed: now - request.since)) : nil
    }
}

extension SupervisedEngine {
    /// How far its load is; `nil` when it is not being loaded.
    func loadProgress(at now: Duration) -> LoadProgress? {
        guard machine.state == .loading || machine.state == .restarting else { return nil }
        let stage: LoadProgress.Stage = !isWaiting ? log.loadStage : facts == nil ? .examining : .waiting
        return LoadProgress(stage: stage, elapsed: now - startedAt)
    }
}

extension AdmissionQueue {
    /// The estimated time until the request at a position starts; `nil` before one has shown how long it takes.
    func estimatedWait(ofPosition position: Int) -> Duration? { averageDuration == nil ? nil : estimatedWait(behind: position - 1) }
}

extension EngineLog {
    /// Parts of lines that llama-server prints at the begin of a stage.
    private static let stages: [(text: String, stage: LoadProgress.Stage)] = [
        ("model loaded", .measuring), ("warming up", .warmingUp), ("loading model", .reading), ("llama_model_loader", .reading),
    ]

    /// The stage of the load that the engine has printed last.
    var loadStage: LoadProgress.Stage {
        for line in lines.reversed() {
            if let found = Self.stages.first(where: { line.contains($0.text) }) { return found.stage }
        }
        return .starting
    }
}
