package import RoostCore
package import SystemPackage

/// A model that has an engine, or whose engine failed recently.
package struct LoadedModel: Sendable, Hashable {
    /// The model's name.
    package let reference: ModelReference
    /// The snapshot folder of its file.
    package let snapshotPath: FilePath
    /// Its GGUF file; the first part of a split one.
    package let modelFile: FilePath
    /// The size of its files in bytes.
    package let sizeBytes: Int64
    /// The number of parallel requests and the context length; `nil` if there is no engine or its files were not
    /// examined yet.
    package let plan: EnginePlan?
    /// The memory that its engine may need; `nil` if there is none or it waits for a place.
    package let memory: EngineNeed?
    /// The time from start to ready in the engine's last load; zero until it was ready once.
    package let loadDuration: Duration
    /// The state of its engine.
    package let state: State
    /// The process id of its engine, while there is one.
    package let processIdentifier: Int32?
    /// The number of restarts after a crash.
    package let restarts: Int
    /// The last error, as a sentence.
    package let lastError: String?
    /// The number of requests that its engine works on.
    package var running = 0
    /// The number of requests that wait for its engine.
    package var waiting = 0
    /// How far its load is; `nil` when it is not being loaded.
    package var progress: LoadProgress?

    /// The state of an engine.
    package enum State: String, Sendable, Hashable, CaseIterable {
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
