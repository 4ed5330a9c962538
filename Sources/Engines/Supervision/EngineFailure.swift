import RoostCore

/// An engine that failed to load or crashed too often, kept until its model may be loaded again.
struct EngineFailure: Sendable {
    /// The engine that failed.
    let engineID: Int
    let error: RoostError
    /// The time when the model may be loaded again.
    let until: Duration
    /// The entry in the list of models during the cooldown.
    let model: LoadedModel

    /// The error for requests before that time.
    func coolingDown(at now: Duration) -> RoostError {
        let left = max(.seconds(1), until - now)
        let seconds = left.components.seconds + (left.components.attoseconds > 0 ? 1 : 0)
        return RoostError(
            .engineCoolingDown,
            "\(model.reference) failed recently and may be loaded again in \(seconds) s. The reason: \(error.message)",
            retryAfter: left, cause: error)
    }
}
