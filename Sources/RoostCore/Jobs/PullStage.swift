/// The current activity of a pull, or its reason for waiting. More precise than `JobStatus`. New stages may be added;
/// clients show an unknown one as it is.
public struct PullStage: Sendable, Hashable, RawRepresentable, Codable {
    /// The word in the `stage` column.
    public let rawValue: String

    /// Creates a stage from any word.
    public init(rawValue: String) { self.rawValue = rawValue }

    // Stages of a running job.

    /// Getting the commit and the list of files from the Hub.
    public static let resolving = Self(rawValue: "resolving")
    /// Choosing files and checking disk space.
    public static let planning = Self(rawValue: "planning")
    /// Receiving bytes and hashing them.
    public static let downloading = Self(rawValue: "downloading")
    /// Downloading, but no byte has been received for ten seconds.
    public static let stalled = Self(rawValue: "stalled")
    /// Comparing digests and giving files their final names.
    public static let verifying = Self(rawValue: "verifying")
    /// Making a GGUF file from the repository's weights, at their own precision or at sixteen bits.
    public static let converting = Self(rawValue: "converting")
    /// Making a GGUF file from the repository's weights, with fewer bits.
    public static let quantizing = Self(rawValue: "quantizing")
    /// Starting the engine and waiting until it answers.
    public static let loading = Self(rawValue: "loading")

    // Stages of a queued job.

    /// Waiting for `run_after`, the time of the next try, after a failure of the network or the Hub.
    public static let waitingForNetwork = Self(rawValue: "waiting_network")
    /// Paused by a client, until it is resumed.
    public static let paused = Self(rawValue: "paused")

    // Stages of a failed job.

    /// Canceled by a client.
    public static let canceled = Self(rawValue: "canceled")
}
