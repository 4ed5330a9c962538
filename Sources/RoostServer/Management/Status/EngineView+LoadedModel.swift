import Engines
import RoostAPI
import RoostCore

extension EngineView {
    init(_ engine: LoadedModel) {
        self.init(
            model: engine.reference.description, state: engine.state.rawValue, processIdentifier: engine.processIdentifier,
            restarts: engine.restarts, lastError: engine.lastError, contextLength: engine.plan?.contextLength, slots: engine.plan?.slots,
            needBytes: engine.memory?.bytes, running: engine.running, waiting: engine.waiting, load: engine.progress.map { LoadView($0) })
    }
}

extension EngineList.Decision {
    init(_ decision: EngineDecision) {
        self.init(
            time: Timestamp(decision.date), model: decision.model.description, what: decision.kind.rawValue, why: decision.reason,
            forModel: decision.other?.description, figures: decision.figures)
    }
}

extension LoadView {
    init(_ progress: LoadProgress) {
        self.init(
            stage: progress.stage.rawValue, message: progress.description, elapsedSeconds: progress.elapsed / .seconds(1),
            readBytes: progress.readBytes, totalBytes: progress.totalBytes, lastSeconds: progress.lastDuration.map { $0 / .seconds(1) },
            leftSeconds: progress.left.map { $0 / .seconds(1) })
    }
}
