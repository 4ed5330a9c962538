/// What a pull is doing, or why it is not. Finer than `JobStatus`, and free to grow: clients show a word they do not know as it is.
public struct PullStage: Sendable, Hashable, RawRepresentable, Codable {
    /// The word in the `stage` column.
    public let rawValue: String

    /// Takes any word.
    ///
    /// - Parameter rawValue: The word in the `stage` column.
    public init(rawValue: String) { self.rawValue = rawValue }

    // While running.

    /// Asking the Hub which commit and which files.
    public static let resolving = Self(rawValue: "resolving")
    /// Choosing files, checking disk space.
    public static let planning = Self(rawValue: "planning")
    /// Fetching bytes, hashing them on the way.
    public static let downloading = Self(rawValue: "downloading")
    /// Downloading, but no byte has come for ten seconds.
    public static let stalled = Self(rawValue: "stalled")
    /// Comparing digests and giving files their final names.
    public static let verifying = Self(rawValue: "verifying")
    /// Making a GGUF file of the repository's weights, at their own precision or at sixteen bits.
    public static let converting = Self(rawValue: "converting")
    /// Making a GGUF file of the repository's weights, with fewer bits.
    public static let quantizing = Self(rawValue: "quantizing")
    /// Starting the engine, waiting until it answers.
    public static let loading = Self(rawValue: "loading")

    // While queued.

    /// Waiting for `run_after`, before the next try; the network or the Hub failed.
    public static let waitingForNetwork = Self(rawValue: "waiting_network")
    /// Set aside by somebody, until it is resumed.
    public static let paused = Self(rawValue: "paused")

    // When failed.

    /// Ended because somebody asked for it.
    public static let canceled = Self(rawValue: "canceled")
}
