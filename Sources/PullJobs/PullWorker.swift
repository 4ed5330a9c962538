public import HubClient
public import JobStore
public import Logging
public import RoostCore
public import ServiceLifecycle

/// Runs the queue: so many slots, each claiming one job at a time and taking it through its stages.
///
/// A job is `running` only while it holds a slot. On shutdown the download is checkpointed (its bytes are on disk anyway) and the job goes back
/// to the queue; after a crash the next start does the same.
public final class PullWorker: Service {
    /// What a pull needs from the rest of the house.
    public struct Configuration: Sendable {
        /// How many pulls may run at once; 1 or more.
        public var maxConcurrentPulls: Int
        /// Loads a model that has just arrived and returns when it answers.
        public var loadModel: @Sendable (ModelReference) async throws -> Void
        /// Waits between two tries.
        public var sleep: @Sendable (Duration) async throws -> Void

        /// Makes a configuration.
        ///
        /// - Parameters:
        ///   - maxConcurrentPulls: 1 or more.
        ///   - loadModel: Loads a model that has just arrived.
        ///   - sleep: Waits between two tries.
        public init(
            maxConcurrentPulls: Int = 2, loadModel: @escaping @Sendable (ModelReference) async throws -> Void,
            sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
        ) {
            self.maxConcurrentPulls = maxConcurrentPulls
            self.loadModel = loadModel
            self.sleep = sleep
        }
    }

    private let configuration: Configuration
    private let database: JobDatabase
    private let hub: HubClient
    private let logger: Logger
    private let board = PullProgressBoard()
    private let slots: [WakeSignal]

    /// Makes a worker; nothing happens before `run()`.
    ///
    /// - Parameters:
    ///   - configuration: Slots and hooks.
    ///   - database: The queue.
    ///   - hub: Where models come from.
    ///   - logger: Hears about every job's begin and end.
    public init(configuration: Configuration, database: JobDatabase, hub: HubClient, logger: Logger) {
        self.configuration = configuration
        self.database = database
        self.hub = hub
        self.logger = logger
        self.slots = (0..<configuration.maxConcurrentPulls).map { _ in WakeSignal() }
    }

    /// Records a pull and wakes a free slot.
    ///
    /// - Parameters:
    ///   - model: What to pull.
    ///   - quantize: What to do about quantisation.
    ///   - initialize: Whether to load the model once it is here.
    /// - Returns: The job; an identical active one is joined.
    /// - Throws: `RoostError` with code `database` or `insufficientSpace`.
    public func submit(model: ModelReference, quantize: QuantizationPolicy, initialize: Bool) async throws -> Job {
        let job = try await database.createJob(model: model, quantize: quantize, initialize: initialize)
        slots.forEach { $0.wake() }
        return job
    }

    /// A job with what only memory knows: newest bytes, stage, rate.
    ///
    /// - Parameter job: A row of jobs.db.
    /// - Returns: The row with live values while it is running.
    public func view(of job: Job) -> JobView {
        guard job.status == .running, let machine = board.machine(job.id) else { return JobView(job: job) }
        var live = job
        live.apply(machine)
        return JobView(job: live, stage: machine.stage, bytesPerSecond: machine.bytesPerSecond(at: board.now))
    }

    /// Takes up what a dead process left, then works until the server stops.
    ///
    /// - Throws: `RoostError` with code `database` when the queue cannot be read at start.
    public func run() async throws {
        let orphans = try await database.requeueOrphans()
        if !orphans.isEmpty { logger.notice("continuing the pulls of a process that ended", metadata: ["jobs": "\(orphans.count)"]) }
        await withDiscardingTaskGroup { group in
            for slot in slots {
                group.addTask { await cancelWhenGracefulShutdown { await self.work(in: slot) } }
            }
        }
    }

    private func work(in slot: WakeSignal) async {
        while !Task.isCancelled {
            do {
                if let job = try await database.claimNextJob() { await run(job) } else { await slot.wait() }
            } catch {
                logger.error("the queue cannot be read; trying again in 5 s", metadata: ["error": "\(error)"])
                try? await configuration.sleep(.seconds(5))  // Only cancellation throws here, and the loop looks for it.
            }
        }
    }

    private func run(_ job: Job) async {
        logger.info("pull begins", metadata: ["job": "\(job.id)", "model": "\(job.model)"])
        board.begin(job.id)
        defer { board.end(job.id) }
        let pipeline = PullPipeline(
            job: job, hub: hub, board: board, configuration: configuration, logger: logger, persist: { await self.persist(job.id) })
        let outcome = await pipeline.run()
        let machine = board.machine(job.id) ?? PullStateMachine()
        let finishedAt = Timestamp(database.now())
        await record(job) { $0.finish(outcome, machine: machine, at: finishedAt) }
        log(outcome, of: job)
    }

    /// Writes how a job ended, again and again until it is written: a row left `running` would block its model until the next start.
    private func record(_ job: Job, _ change: @escaping @Sendable (inout Job) -> Void) async {
        while true {
            do {
                try await database.updateJob(id: job.id, ifStatus: .running, change)
                return
            } catch {
                logger.error("a pull's end cannot be written; trying again", metadata: ["job": "\(job.id)", "error": "\(error)"])
                // When the server stops, the next start takes the job up again.
                guard (try? await configuration.sleep(.seconds(2))) != nil else { return }
            }
        }
    }

    /// Writes the live state. A progress that cannot be written now is no reason to stop a download; the next second brings another.
    private func persist(_ jobID: String) async {
        guard let machine = board.machine(jobID) else { return }
        do {
            try await database.updateJob(id: jobID, ifStatus: .running) { $0.apply(machine) }
        } catch {
            logger.warning("a pull's progress cannot be written", metadata: ["job": "\(jobID)", "error": "\(error)"])
        }
    }

    private func log(_ outcome: PullOutcome, of job: Job) {
        let metadata: Logger.Metadata = ["job": "\(job.id)", "model": "\(job.model)"]
        switch outcome {
        case .succeeded(let path): logger.info("pull succeeded", metadata: metadata.merging(["path": "\(path)"]) { $1 })
        case .failed(let error, _): logger.warning("pull failed: \(error.message)", metadata: metadata)
        case .interrupted: logger.notice("pull interrupted; it continues at the next start", metadata: metadata)
        }
    }
}
