import Logging
import RoostCore

extension EngineSupervisor {
    /// Returns the last decisions about models, the newest one first.
    package func recentDecisions() -> [EngineDecision] { decisions.all.reversed() }

    /// Records a decision for clients, and as a line of the log.
    ///
    /// - Parameters:
    ///   - kind: What was decided.
    ///   - model: The model.
    ///   - reason: Why.
    ///   - other: The other model that it was decided for.
    ///   - figures: The figures by name.
    ///   - details: What else the line of the log contains.
    func decided(
        _ kind: EngineDecision.Kind, _ model: ModelReference, because reason: String, for other: ModelReference? = nil,
        _ figures: [String: Double] = [:], details: Logger.Metadata = [:]
    ) {
        decisions.add(EngineDecision(date: time.date(), model: model, kind: kind, reason: reason, other: other, figures: figures))
        var metadata = details
        for (name, figure) in figures { metadata[name] = "\(Int64(exactly: figure).map { "\($0)" } ?? "\(figure)")" }
        metadata["model"] = "\(model)"
        metadata["reason"] = "\(reason)"
        if let other { metadata["for"] = "\(other)" }
        logger.log(level: kind.logLevel, "\(kind.logLine)", metadata: metadata)
    }
}

extension EngineDecision.Kind {
    fileprivate var logLevel: Logger.Level {
        switch self {
        case .load, .ready, .drain, .eviction, .end: .info
        case .refusal, .crash: .warning
        case .failure: .error
        }
    }

    fileprivate var logLine: String {
        switch self {
        case .load: "Starting an engine"
        case .ready: "An engine is ready"
        case .drain: "An engine takes no new requests"
        case .eviction: "Ending an engine for another model"
        case .end: "Ending an engine"
        case .refusal: "A model is not loaded"
        case .crash: "An engine crashed and is restarted"
        case .failure: "An engine failed; its model is not loaded again during the cooldown"
        }
    }
}
