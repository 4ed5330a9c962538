import RoostCore
import SystemPackage

/// What the supervisor knows about one engine.
struct SupervisedEngine: Sendable {
    /// Tells this engine from a later one for the same model.
    let id: Int
    let entry: ModelEntry
    /// The `llama-server` that runs it.
    let executable: FilePath
    let socket: FilePath
    /// How much it takes at once; `nil` until its model's files were looked at.
    var plan: EnginePlan?
    /// What the process that runs now works on.
    var requests = RequestsAtWork()
    /// The output of the process that runs now.
    var log = EngineLog()
    var machine = EngineStateMachine()
    /// Requests that use it or wait for it; it is not evicted while there are any.
    var holders = 0
    var lastUsed: Duration
    var startedAt: Duration
    var loadDuration: Duration = .zero
    /// A connection broke: it is checked before the next request gets it.
    var isSuspect = false
    var lastError: String?

    var isReady: Bool {
        if case .ready = machine.state { !isSuspect } else { false }
    }

    var isStopping: Bool { machine.state == .stopping || machine.state == .ended }

    var isIdle: Bool { holders == 0 && !isStopping && machine.state != .loading }

    var loadedModel: LoadedModel {
        let state: LoadedModel.State =
            switch machine.state {
            case .loading: .loading
            case .ready: .ready
            case .restarting, .stopping, .ended: .restarting
            }
        return LoadedModel(
            reference: entry.reference, snapshotPath: entry.snapshotPath, modelFile: entry.modelFile, sizeBytes: entry.sizeBytes, plan: plan,
            loadDuration: loadDuration, state: state, processIdentifier: log.processIdentifier, restarts: machine.restarts, lastError: lastError)
    }
}
