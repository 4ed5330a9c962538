/// What a running pull is doing. Finer than `JobStatus`, and free to grow.
public enum PullStage: String, Sendable, Codable, CaseIterable {
    /// Asking the Hub which commit and which files.
    case resolving
    /// Choosing files, checking disk space.
    case planning
    /// Fetching bytes, hashing them on the way.
    case downloading
    /// Comparing digests and giving files their final names.
    case verifying
    /// Starting the engine, waiting until it answers.
    case loading
    /// Waiting before the next try; the network or the Hub failed.
    case waitingForNetwork = "waiting_network"
}
