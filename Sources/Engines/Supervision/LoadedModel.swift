public import RoostCore
public import SystemPackage

/// A model that has an engine, or had one that failed a moment ago.
public struct LoadedModel: Sendable, Hashable {
    /// What the model is called.
    public let reference: ModelReference
    /// The snapshot folder its file is in.
    public let snapshotPath: FilePath
    /// Its GGUF file; the first part of a split one.
    public let modelFile: FilePath
    /// The size of its files in bytes.
    public let sizeBytes: Int64
    /// How much its engine takes at once; `nil` when there is none, or its files were not looked at yet.
    public let plan: EnginePlan?
    /// How long its engine took from start to ready, the last time; zero until it was ready once.
    public let loadDuration: Duration
    /// What its engine is doing.
    public let state: State
    /// The process id of its engine, while there is one.
    public let processIdentifier: Int32?
    /// How often its engine was started again after a crash.
    public let restarts: Int
    /// The last thing that went wrong, as a sentence.
    public let lastError: String?

    /// What an engine is doing.
    public enum State: String, Sendable, Hashable {
        /// It was started and is not ready yet.
        case loading
        /// It answers requests.
        case ready
        /// It crashed and is being started again.
        case restarting
        /// It failed to load, or crashed too often; it is left alone for a while.
        case failed
    }
}
