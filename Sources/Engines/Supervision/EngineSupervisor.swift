import AsyncHTTPClient
import Foundation
package import Logging
package import ModelLibrary
import NIOPosix
package import RoostCore
import ServiceLifecycle
import SystemPackage

/// Starts, monitors, restarts, evicts and ends engines: `llama-server` child processes, one per loaded model.
///
/// All engines run inside `run()`. Requests before it starts wait for it, and requests after it has ended get
/// `shuttingDown`. Every change of the state below wakes all waiting callers, and each checks the state again.
package actor EngineSupervisor: Service {
    let configuration: EngineConfiguration
    let time: TimeSource
    let logger: Logger
    let speeds: EngineSpeeds
    let tunings: TuningRecord

    /// Running engines, by model.
    var engines: [ModelReference: SupervisedEngine] = [:]
    /// Models that failed, during their cooldown.
    var failures: [ModelReference: EngineFailure] = [:]
    /// The requests during which engines crashed.
    var crashes = CrashRecord()
    var decisions = RecentDecisions()
    /// What engines needed before; `nil` until the first load.
    var notes: MemoryNotes?
    var hasNewNotes = false
    /// The calibration that runs.
    var calibration: RunningCalibration?
    /// The context lengths of models, where a request has set one.
    var contextLengths: [ModelReference: Int] = [:]
    /// Longer contexts that requests asked for, for loads with enough memory.
    var wishes: [ModelReference: Int] = [:]
    /// How long models stay in memory after a request, where a request has set it.
    var keepAlives: [ModelReference: KeepAlive] = [:]
    /// The models to whose engine no client came back before it ended for another one, and until when a request is late for that.
    var unreturned: [ModelReference: Duration] = [:]
    /// The models that never leave memory for another one, besides the configured ones.
    var pins: Set<ModelReference> = []
    /// The last engines that were unloaded on request: their streams do not go on, which would load the model again.
    var unloaded: [Int] = []
    /// The models in memory, as they were stored last.
    var storedLoaded: Set<ModelReference> = []
    var isStoringLoaded = false
    var isShuttingDown = false
    /// Set while `run()` runs.
    var client: HTTPClient?
    private var lastID = 0
    var lastLease = 0
    private var waiters: [Int: AsyncStream<Never>.Continuation] = [:]
    private var lastWaiter = 0
    private let starts: AsyncStream<ModelReference>
    private let startEngine: AsyncStream<ModelReference>.Continuation

    /// Records what engines do.
    nonisolated package var metrics: EngineMetrics { configuration.metrics }

    /// Creates a supervisor; call `run()` to start it.
    ///
    /// - Parameters:
    ///   - configuration: The settings for starting and keeping engines.
    ///   - clock: The clock for all times and waits.
    ///   - logger: The logger; each start, end, crash and eviction is one line.
    package init(configuration: EngineConfiguration, clock: some Clock<Duration> = ContinuousClock(), logger: Logger) {
        self.configuration = configuration
        self.time = TimeSource(clock)
        self.logger = logger
        speeds = EngineSpeeds(file: configuration.speedsFile, logger: logger)
        tunings = TuningRecord(file: configuration.tuningFile, logger: logger)
        (starts, startEngine) = AsyncStream.makeStream()
    }

    /// Runs the engines until graceful shutdown or cancellation, then ends them all.
    ///
    /// - Throws: `RoostError` if the folder of the sockets cannot be created or its path is too long.
    package func run() async throws {
        defer {
            isShuttingDown = true
            engines.removeAll()
            changed()
        }
        let directory = RuntimeDirectory(path: configuration.runtimeDirectory)
        let ended = try await NIOThreadPool.singleton.runIfActive {
            try directory.prepare()
            return directory.sweep()
        }
        if !ended.isEmpty { logger.warning("Ended engines that an earlier run left running", metadata: ["pids": "\(ended)"]) }
        var http = HTTPClient.Configuration()
        http.connectionPool.retryConnectionEstablishment = false
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
        try await HTTPClient.withHTTPClient(configuration: http) { client in
            self.client = client
            var left: [ModelReference]?
            await withGracefulShutdownHandler {
                await withDiscardingTaskGroup { group in
                    for await reference in starts {
                        group.addTask {
                            await self.supervise(reference)
                            await self.storeLoaded()
                        }
                    }
                    left = modelsToStoreAtEnd
                    stopEverything()
                }
            } onGracefulShutdown: {
                self.startEngine.finish()
            }
            if let left { await configuration.storeLoaded(left) }
            self.client = nil
        }
    }

    /// Returns the models that have an engine, and those whose engine failed recently, ordered by name.
    package func loadedModels() -> [LoadedModel] {
        let failed = failures.filter { $0.value.until > time.now() && engines[$0.key] == nil }.map(\.value.model)
        let running = engines.values.filter { !$0.isStopping }.map { engine in
            var model = engine.loadedModel
            model.progress = loadProgress(of: engine)
            return model
        }
        return (running + failed).sorted { $0.reference.description < $1.reference.description }
    }

    /// Ensures that a model has a ready engine; joins a load in progress.
    ///
    /// - Parameter entry: The model.
    /// - Returns: The loaded model.
    /// - Throws: `RoostError` with code `engineLoadFailed`, `engineCoolingDown`, `enginesBusy`,
    ///   `engineCrashed` or `shuttingDown`; `CancellationError`.
    package func load(_ entry: ModelEntry) async throws -> LoadedModel {
        let engine = try await acquire(entry)
        defer { release(engine, isSuspect: false) }
        return (engines[entry.reference] ?? engine).loadedModel
    }

    /// Ends the cooldown of a model, because its files are new or the user requests another try.
    ///
    /// - Parameter reference: The model.
    package func forgetFailure(of reference: ModelReference) { failures[reference] = nil }

    /// Ends a model's engine and returns when it has ended. Without a variant, ends all engines of the repository.
    ///
    /// - Parameter reference: The model.
    package func unload(_ reference: ModelReference) async {
        let matching = engines.values.filter { engine in
            engine.entry.reference == reference || (reference.variant == nil && engine.entry.reference.repository == reference.repository)
        }
        if let model = calibration?.model, model == reference || (reference.variant == nil && model.repository == reference.repository) {
            interruptCalibration("it was unloaded")
        }
        for engine in matching {
            pins.remove(engine.entry.reference)
            unloaded = unloaded.suffix(63) + [engine.id]
            stop(engine.entry.reference, because: "unload was requested")
        }
        while matching.contains(where: { engines[$0.entry.reference]?.id == $0.id }) {
            // If cancelled, the engine still ends, but this call does not wait for it.
            guard (try? await waitForChange()) != nil else { return }
        }
    }
}

extension EngineSupervisor {
    /// Adds an engine, held once by the caller, for `run()` to start.
    ///
    /// - Returns: The engine's id.
    func start(_ entry: ModelEntry, with executable: FilePath) -> Int {
        let socket = newSocket()
        engines[entry.reference] = SupervisedEngine(
            id: lastID, entry: entry, executable: executable, socket: socket, holders: 1, lastUsed: time.now(), startedAt: time.now())
        startEngine.yield(entry.reference)
        changed()
        return lastID
    }

    /// Returns the path of the socket of the next engine, and counts that engine.
    func newSocket() -> FilePath {
        lastID += 1
        return configuration.runtimeDirectory.appending("\(ProcessInfo.processInfo.processIdentifier)-\(lastID).sock")
    }

    /// Ends an engine, perhaps for another model; `supervise` removes it after its end.
    func stop(_ reference: ModelReference, because reason: String, for other: ModelReference? = nil, figures: [String: Double] = [:]) {
        guard engines[reference]?.isStopping == false else { return }
        decided(other == nil ? .end : .eviction, reference, because: reason, for: other, figures)
        engines[reference]?.machine.stop()
        changed()
    }

    private func stopEverything() {
        isShuttingDown = true
        for reference in engines.keys { stop(reference, because: "Roost is stopping") }
        changed()
    }

    /// Wakes all waiting callers after a change.
    func changed() {
        for waiter in waiters.values { waiter.finish() }
        waiters.removeAll()
    }

    /// Waits for the next `changed()`. No change between the caller's last check and this call can be missed, because
    /// there is no suspension in between.
    ///
    /// - Parameter limit: The longest time to wait; `nil` for no limit.
    /// - Throws: `CancellationError`.
    func waitForChange(atMost limit: Duration? = nil) async throws {
        lastWaiter += 1
        let key = lastWaiter
        let (change, continuation) = AsyncStream<Never>.makeStream()
        waiters[key] = continuation
        defer { waiters[key] = nil }
        if let limit { _ = try await time.finishes(within: limit) { for await _ in change {} } } else { for await _ in change {} }
        try Task.checkCancellation()
    }

    func connection(to engine: SupervisedEngine, record: ConnectionRecord) throws -> EngineConnection {
        guard let client else { throw Self.shuttingDown }
        return EngineConnection(reference: engine.entry.reference, client: client, socket: engine.socket, record: record)
    }

    static var shuttingDown: RoostError {
        RoostError(.shuttingDown, "Roost is stopping and does not start engines. Send the request again after its restart.")
    }
}
