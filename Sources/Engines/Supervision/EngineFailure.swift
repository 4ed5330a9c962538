import RoostCore

/// An engine that failed to load or crashed too often, kept for as long as its model is left alone.
struct EngineFailure: Sendable {
    /// The engine that failed.
    let engineID: Int
    let error: RoostError
    /// When the model may be tried again.
    let until: Duration
    /// How it is listed meanwhile.
    let model: LoadedModel

    /// The error for whoever asks before it is time.
    func coolingDown(at now: Duration) -> RoostError {
        let left = max(.seconds(1), until - now)
        let seconds = left.components.seconds + (left.components.attoseconds > 0 ? 1 : 0)
        return RoostError(
            .engineCoolingDown,
            "\(model.reference) failed a moment ago and is tried again in \(seconds) s at the earliest. What happened: \(error.message)",
            retryAfter: left, cause: error)
    }
}
