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
    /// Whether it takes no new requests, so that it ends soon and its model is loaded again.
    var isReloading = false
    /// The requests that the current process works on.
    var requests = RequestsAtWork()
    /// The requests that wait for one of its slots, and those that have one.
    var admission = AdmissionQueue(slots: 1)
    /// What it looks up, and what waits for that.
    var lookups = LookupQueue()
    /// The prompts in its slots, and in the files of its folder.
    var slots = SlotTable(slots: 0)
    /// What its stored prompts depend on: the model's file, the engine and its options; `nil` if none can be stored.
    var promptKey: String?
    /// The prompts that were stored before it started.
    var storedPrompts: [StoredPrompt] = []
    /// The slots of its running requests, as far as Roost has chosen them.
    var places: [Int: SlotTable.Place] = [:]
    /// Requests whose clients have left while the process reads their texts. They keep their slots for a while.
    var abandoned: Set<Int> = []
    /// The output of the current process.
    var log = EngineLog()
    var machine = EngineStateMachine()
    /// The number of requests that use it or wait for it. It is not evicted while there are any.
    var holders = 0
    /// Whether it ends as soon as no request uses it, whatever time its model stays in memory.
    var leavesWhenUnused = false
    var lastUsed: Duration
    var startedAt: Duration
    var loadDuration: Duration = .zero
    /// Whether a connection broke, or its process is about to end. It is then checked, or started again, before the next request.
    var isSuspect = false
    var lastError: String?

    var isReady: Bool {
        if case .ready = machine.state { !isSuspect } else { false }
    }

    var isStopping: Bool { machine.state == .stopping || machine.state == .ended }

    /// Whether it has no place among the other engines yet, so that there is no process and no memory is used.
    var isWaiting: Bool { plan == nil }

    /// Begins the table of the slots of a process that has just become ready.
    ///
    /// - Parameters:
    ///   - plan: The options that the process was started with.
    ///   - leastShared: The least bytes in common that are worth a copy.
    mutating func prepareSlots(_ plan: EnginePlan, leastShared: Int) {
        admission.slots = plan.slots
        let stored = promptKey == nil ? nil : storedPrompts
        slots = SlotTable(slots: plan.makesEmbeddings ? 0 : plan.slots, stored: stored, leastShared: leastShared)
        places = [:]
        // Requests that were started before the last process ended keep a slot each, so that no other one gets it. Those that
        // were sent to that process are never read, so none waits for their prompts.
        for (id, running) in admission.running.sorted(by: { $0.key < $1.key }) {
            places[id] = slots.place(id, running.request.prompt)
            slots.hasRead(id)
        }
    }

    /// Starts the requests for which it has free slots, if it is ready.
    ///
    /// - Returns: Whether one was started, or waits from now on for the prompt of another one.
    mutating func startRequests(at now: Duration) -> Bool {
        // A process that ends takes the content of its slots with it.
        guard isReady else { return false }
        var hasStarted = false
        var slots = slots
        let wanted = slots.wantedPrompts
        let looksUp = !lookups.sent.isEmpty
        let isHeld = { (request: AdmissionQueue.Request) in
            request.isSuspect ? looksUp : request.prompt.map { slots.isHeld($0) } ?? false
        }
        while let request = admission.startNext(at: now, isHeld: isHeld) {
            places[request.id] = slots.place(request.id, request.prompt)
            hasStarted = true
        }
        self.slots = slots
        return hasStarted || slots.wantedPrompts != wanted
    }

    /// Removes a request that has ended, or whose client left.
    mutating func removeRequest(_ id: Int, at now: Duration, isAnswered: Bool) {
        admission.remove(id, at: now, isAnswered: isAnswered)
        slots.end(id, at: now)
        places[id] = nil
        abandoned.remove(id)
    }

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
            lastError: lastError, running: admission.running.count, waiting: admission.waiting.count)
    }
}
