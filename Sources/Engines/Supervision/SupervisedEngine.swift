import ModelLibrary
import RoostCore
import SystemPackage

/// The supervisor's state of one engine.
struct SupervisedEngine: Sendable {
    /// Distinguishes this engine from a later one for the same model.
    let id: Int
    let entry: ModelEntry
    /// The `llama-server` executable.
    let executable: FilePath
    let socket: FilePath
    /// The properties of its model's files; `nil` until they were examined.
    var facts: ModelFacts?
    /// The devices of the machine when its model's files were examined.
    var devices: [EngineDevice] = []
    /// The number of parallel requests and the context length; `nil` until it has a place among the other engines.
    var plan: EnginePlan?
    /// The memory that it may need; `nil` until it has a place.
    var memory: EngineNeed?
    /// Whether it takes no new requests, so that it ends soon for another engine.
    var isDraining = false
    /// The requests that the current process works on.
    var requests = RequestsAtWork()
    /// The requests that wait for one of its slots, and those that have one.
    var admission = AdmissionQueue(slots: 1)
    /// The output of the current process.
    var log = EngineLog()
    var machine = EngineStateMachine()
    /// The number of requests that use it or wait for it. It is not evicted while there are any.
    var holders = 0
    var lastUsed: Duration
    var startedAt: Duration
    var loadDuration: Duration = .zero
    /// Whether a connection broke. It is then checked before the next request.
    var isSuspect = false
    var lastError: String?

    var isReady: Bool {
        if case .ready = machine.state { !isSuspect } else { false }
    }

    var isStopping: Bool { machine.state == .stopping || machine.state == .ended }

    /// Whether it has no place among the other engines yet, so that there is no process and no memory is used.
    var isWaiting: Bool { plan == nil }

    var loadedModel: LoadedModel {
        let state: LoadedModel.State =
            switch machine.state {
            case .loading: .loading
            case .ready: .ready
            case .restarting, .stopping, .ended: .restarting
            }
        return LoadedModel(
            reference: entry.reference, snapshotPath: entry.snapshotPath, modelFile: entry.modelFile, sizeBytes: entry.sizeBytes, plan: plan,
            memory: memory, loadDuration: loadDuration, state: state, processIdentifier: log.processIdentifier, restarts: machine.restarts,
            lastError: lastError)
    }
}
