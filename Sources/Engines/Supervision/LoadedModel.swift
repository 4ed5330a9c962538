public import RoostCore
public import SystemPackage

/// A model that has an engine, or whose engine failed recently.
public struct LoadedModel: Sendable, Hashable {
    /// The model's name.
    public let reference: ModelReference
    /// The snapshot folder of its file.
    public let snapshotPath: FilePath
    /// Its GGUF file; the first part of a split one.
    public let modelFile: FilePath
    /// The size of its files in bytes.
    public let sizeBytes: Int64
    /// The number of parallel requests and the context length; `nil` if there is no engine or its files were not
    /// examined yet.
    public let plan: EnginePlan?
    /// The time from start to ready in the engine's last load; zero until it was ready once.
    public let loadDuration: Duration
    /// The state of its engine.
    public let state: State
    /// The process id of its engine, while there is one.
    public let processIdentifier: Int32?
    /// The number of restarts after a crash.
    public let restarts: Int
    /// The last error, as a sentence.
    public let lastError: String?

    /// The state of an engine.
    public enum State: String, Sendable, Hashable {
        /// Started and not ready yet.
        case loading
        /// Accepts requests.
        case ready
        /// Crashed and being restarted.
        case restarting
        /// Failed to load, or crashed too often; not loaded again during the cooldown.
        case failed
    }
}
