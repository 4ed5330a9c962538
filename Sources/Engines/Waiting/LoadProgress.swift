/// How far the load of a model is.
package struct LoadProgress: Sendable, Hashable {
    /// What happens during a load, in this order. After a crash of the engine it begins with `starting`.
    package enum Stage: String, Sendable, Hashable, CaseIterable {
        /// Roost reads the heads of the model's files.
        case examining
        /// The model waits for memory, or for a place among the engines.
        case waiting = "waiting_for_memory"
        /// The engine starts.
        case starting
        /// The engine reads the model's files.
        case reading
        /// The engine computes once, so that the first request is not slower than others.
        case warmingUp = "warming_up"
        /// Roost measures the engine's speed.
        case measuring
    }

    /// What happens now.
    package let stage: Stage
    /// The time since the load began; while the model waits for memory, since it was asked for.
    package let elapsed: Duration

    /// Creates a value.
    package init(stage: Stage, elapsed: Duration) {
        self.stage = stage
        self.elapsed = elapsed
    }
}

extension LoadProgress.Stage: CustomStringConvertible {
    /// The stage in words, as a part of a sentence.
    package var description: String {
        switch self {
        case .examining: "examining its files"
        case .waiting: "waiting for memory"
        case .starting: "starting its engine"
        case .reading: "reading its files"
        case .warmingUp: "warming up"
        case .measuring: "measuring its speed"
        }
    }
}

extension LoadProgress: CustomStringConvertible {
    /// The progress in words, as a part of a sentence: `reading its files, 12 s so far`.
    package var description: String { "\(stage), \(elapsed.wholeSeconds) s so far" }
}

extension Duration {
    /// The seconds, rounded up, so that a time that is left is never told as none.
    var wholeSeconds: Int { Int((self / .seconds(1)).rounded(.up)) }
}
