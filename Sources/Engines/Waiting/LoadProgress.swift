import RoostCore

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
    }

    /// The share of the files from which on the time that is left is estimated from it.
    private static let leastShare = 0.1

    /// What happens now.
    package let stage: Stage
    /// The time since the load began; while the model waits for memory, since it was asked for.
    package let elapsed: Duration
    /// The bytes of the model's files that are in the engine's memory, about; `nil` when they are not being read, or the
    /// system does not tell.
    package var readBytes: Int64?
    /// The size of the model's files in bytes.
    package var totalBytes: Int64
    /// The duration of the last load of this model on this machine; `nil` for the first one.
    package var lastDuration: Duration?

    /// Creates a value.
    package init(stage: Stage, elapsed: Duration, readBytes: Int64? = nil, totalBytes: Int64, lastDuration: Duration? = nil) {
        self.stage = stage
        self.elapsed = elapsed
        self.readBytes = readBytes.map { min(max(0, $0), totalBytes) }
        self.totalBytes = totalBytes
        self.lastDuration = lastDuration
    }

    /// The estimated time until the model is loaded: the duration of the last load, or when this one takes longer, what the rest
    /// of the files takes at the speed so far. `nil` when neither is known, or while the load has not begun.
    package var left: Duration? {
        guard stage != .examining, stage != .waiting else { return nil }
        if let lastDuration, lastDuration > elapsed { return lastDuration - elapsed }
        guard let readBytes, totalBytes > 0 else { return nil }
        let share = Double(readBytes) / Double(totalBytes)
        return (Self.leastShare..<1).contains(share) ? elapsed * ((1 - share) / share) : nil
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
        }
    }
}

extension LoadProgress: CustomStringConvertible {
    /// The progress in words, as a part of a sentence: `reading its files, about 1.2 GB of 4.1 GB, 12 s so far,
    /// about 28 s left`.
    package var description: String {
        let bytes = readBytes.map { ", about \(ByteCount($0)) of \(ByteCount(totalBytes))" } ?? ""
        return "\(stage)\(bytes), \(elapsed.components.seconds) s so far" + (left.map { ", about \($0.wholeSeconds) s left" } ?? "")
    }
}

extension Duration {
    /// The seconds, rounded up, so that a time that is left is never told as none.
    var wholeSeconds: Int { Int((self / .seconds(1)).rounded(.up)) }
}
