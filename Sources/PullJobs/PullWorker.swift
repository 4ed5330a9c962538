public import Foundation
public import HubClient
public import JobStore
public import Logging
public import RoostCore
public import ServiceLifecycle

/// Runs the queue: so many slots, each claiming one job at a time and taking it through its stages.
///
/// A job is `running` only while it holds a slot; one that has to wait for the network goes back to the queue meanwhile. On shutdown the download is checkpointed (its bytes are on disk anyway) and the job goes back
/// to the queue; after a crash the next start does the same.
public final class PullWorker: Service {
    /// What a pull needs from the rest of the house.
    public struct Configuration: Sendable {
        /// How many pulls may run at once; 1 or more.
        public var maxConcurrentPulls: Int
        /// Loads a model that has just arrived and returns when it answers.
        public var loadModel: @Sendable (ModelReference) async throws -> Void
        /// Where pulls are noted that have ended well; `nil` for nowhere.
        public var receipts: ReceiptFolder?
        /// How models are made of repositories that hold weights and no GGUF file; `nil` refuses such repositories.
        public var conversions: ConversionSettings?
        /// Where the rate of the last pull is kept; `nil` for nowhere.
        public var rateNote: RateNote?
        /// What time it is.
        public var now: @Sendable () -> Date = { Date() }
        /// Waits before a failed access to jobs.db is repeated.
        public var sleep: @Sendable (Duration) async throws -> Void

        /// Makes a configuration.
        ///
        /// - Parameters:
        ///   - maxConcurrentPulls: 1 or more.
        ///   - loadModel: Loads a model that has just arrived.
        ///   - sleep: Waits before a failed access to jobs.db is repeated.
        public init(
            maxConcurrentPulls: Int = 2, loadModel: @escaping @Sendable (ModelReference) async throws -> Void,
            sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
        ) {
            self.maxConcurrentPulls = maxConcurrentPulls
            self.loadModel = loadModel
            self.sleep = sleep
        }
    }

    let configuration: Configuration
    private let database: JobDatabase
    let hub: HubClient
    private let logger: Logger
    let board: PullProgressBoard
    private let running = RunningPulls()
    private let slots: [WakeSignal]
    /// Names this process in claims.
    private let owner = UUID().uuidString.lowercased()

    /// Makes a worker; nothing happens before `run()`.
    ///
    /// - Parameters:
    ///   - configuration: Slots and hooks.
    ///   - database: The queue.
    ///   - hub: Where models come from.
    ///   - logger: Hears about every job's begin and end.
    public init(configuration: Configuration, database: JobDatabase, hub: HubClient, logger: Logger) {
        self.configuration = configuration
        self.board = PullProgressBoard(lastRate: configuration.rateNote?.read())
        self.database = database
        self.hub = hub
        self.logger = logger
        self.slots = (0..<configuration.maxConcurrentPulls).map { _ in WakeSignal() }
    }

    /// A job with what only memory knows: newest bytes, stage, rate.
    ///
    /// - Parameter job: A row of jobs.db.
    /// - Returns: The row with live values while it is running.
    public func view(of job: Job) -> JobView {
        guard job.status == .running, let machine = board.machine(job.id) else { return JobView(job: job) }
        var live = job
        let now = board.now
        live.apply(machine, at: now)
        return JobView(
            job: live, bytesPerSecond: machine.bytesPerSecond(at: now), etaSeconds: machine.etaSeconds(at: now),
            currentFiles: machine.currentFiles(at: now), conversionProgress: machine.conversionProgress)
    }

    /// A pull whose process ended so often in a row, without a byte in between, has failed. Progress is noted once a second: a process that is killed
    /// from outside a few times within its first second is not the pull's fault.
    static let mostInterruptions = 20

    /// Takes up what a dead process left, then works until the server stops.
    ///
    /// - Throws: `RoostError` with code `database` when the queue cannot be read at start.
    public func run() async throws {
        let orphans = try await database.requeueOrphans(failAfter: Self.mostInterruptions)
        if orphans > 0 { logger.notice("continuing the pulls of a process that ended", metadata: ["jobs": "\(orphans)"]) }
        await withDiscardingTaskGroup { group in
            for slot in slots {
                group.addTask { await cancelWhenGracefulShutdown { await self.work(in: slot) } }
            }
        }
    }

    private func work(in slot: WakeSignal) async {
        while !Task.isCancelled {
            do {
                if !running.isHeld, let job = try await database.claimNextJob(owner: owner), let claim = job.claim {
                    await running.run(job.id) { await self.run(job, claim) }
                } else {
                    await slot.wait(atMost: try timeToNextLook())
                }
            } catch {
                logger.error("the queue cannot be read; trying again in 5 s", metadata: ["error": "\(error)"])
                try? await configuration.sleep(.seconds(5))  // Only cancellation throws here, and the loop looks for it.
            }
        }
    }

    /// Until the next `run_after`, but two seconds at most: other programs put rows into the queue without a word.
    private func timeToNextLook() throws -> Duration {
        guard let next = try database.nextRunAfter() else { return .seconds(2) }
        return .seconds(min(max(next.timeIntervalSince(database.now()), 0.02), 2))
    }

    private func run(_ job: Job, _ claim: JobClaim) async {
        logger.info("pull begins", metadata: ["job": "\(job.id)", "model": "\(job.model)"])
        board.begin(job)
        let limiter = BandwidthLimiter(bytesPerSecond: job.maxBytesPerSecond)
        running.setLimiter(limiter, of: job.id)
        defer { board.end(job.id) }
        guard isStillOurs(job, limiter) else { return }
        let pipeline = PullPipeline(
            job: job, hub: hub, board: board, limiter: limiter, configuration: configuration, logger: logger, persist: { await self.persist(claim) },
            recordFiles: { await self.record($0, of: claim) }, recordVerified: { await self.recordVerified($0, of: claim) },
            note: { await self.note($0, in: claim) })
        let outcome = await pipeline.run()
        if let rate = board.lastRate { configuration.rateNote?.write(rate) }
        let machine = board.machine(job.id) ?? PullStateMachine()
        let time = database.now()
        var nextTry: Timestamp?
        if case .postponed(_, let pause) = outcome { nextTry = Timestamp(time.addingTimeInterval(pause / .seconds(1))) }
        await record(claim, message: outcome.message(machine, isHeld: running.isHeld)) { [nextTry] in
            $0.finish(outcome, machine: machine, at: Timestamp(time), nextTry: nextTry)
        }
        log(outcome, of: job)
    }

    /// Between the claim and this moment somebody may have changed the job's limit, or taken the job away, and found no run to tell.
    private func isStillOurs(_ job: Job, _ limiter: BandwidthLimiter) -> Bool {
        do {
            guard let newest = try database.job(id: job.id), newest.status == .running, newest.claim == job.claim else { return false }
            if newest.maxBytesPerSecond != job.maxBytesPerSecond { limiter.bytesPerSecond = newest.maxBytesPerSecond }
        } catch {
            logger.warning("a job that was just claimed cannot be read again", metadata: ["job": "\(job.id)", "error": "\(error)"])
        }
        return true
    }

    /// Writes how a run ended, again and again until it is written: a row left `running` would block its model until the next start.
    private func record(_ claim: JobClaim, message: String?, _ change: @escaping @Sendable (inout Job) -> Void) async {
        while true {
            do {
                try await database.updateJob(claim, message: message, change)
                return
            } catch {
                logger.error("a pull's end cannot be written; trying again", metadata: ["job": "\(claim.jobID)", "error": "\(error)"])
                // When the server stops, the next start takes the job up again.
                guard (try? await configuration.sleep(.seconds(2))) != nil else { return }
            }
        }
    }

    /// Writes the live state. A progress that cannot be written now is no reason to stop a download; the next second brings another.
    ///
    /// - Returns: Whether the job is still ours.
    private func persist(_ claim: JobClaim) async -> Bool {
        guard let machine = board.machine(claim.jobID) else { return true }
        let now = board.now
        do {
            return try await database.updateJob(claim, isProgress: true) { $0.apply(machine, at: now) }
        } catch {
            logger.warning("a pull's progress cannot be written", metadata: ["job": "\(claim.jobID)", "error": "\(error)"])
            return true
        }
    }

    private func record(_ files: [JobFile], of claim: JobClaim) async {
        do {
            try await database.setFiles(files, of: claim)
        } catch {
            logger.warning("a pull's list of files cannot be written", metadata: ["job": "\(claim.jobID)", "error": "\(error)"])
        }
    }

    private func recordVerified(_ ranges: [String: [[Int64]]], of claim: JobClaim) async {
        do {
            try await database.setVerified(ranges, in: claim)
        } catch {
            logger.warning("a pull's files cannot be recorded", metadata: ["job": "\(claim.jobID)", "error": "\(error)"])
        }
    }

    private func note(_ message: String, in claim: JobClaim) async {
        do {
            try await database.addNote(message, to: claim)
        } catch {
            logger.warning("a note on a pull cannot be written", metadata: ["job": "\(claim.jobID)", "error": "\(error)"])
        }
    }

    private func wakeAll() { slots.forEach { $0.signal() } }

    private func log(_ outcome: PullOutcome, of job: Job) {
        let metadata: Logger.Metadata = ["job": "\(job.id)", "model": "\(job.model)"]
        switch outcome {
        case .succeeded(let path, let notLoaded):
            logger.info("pull succeeded", metadata: metadata.merging(["path": "\(path)"]) { $1 })
            if let notLoaded { logger.warning("the model is not loaded: \(notLoaded.message)", metadata: metadata) }
        case .failed(let error, _): logger.warning("pull failed: \(error.message)", metadata: metadata)
        case .postponed(let error, let pause):
            logger.warning("a try failed and is repeated in \(Int(pause / .seconds(1))) s: \(error.message)", metadata: metadata)
        case .interrupted: logger.notice("pull interrupted", metadata: metadata)
        }
    }
}

extension PullWorker {
    /// Records a pull and wakes a free slot.
    ///
    /// - Parameter pull: What is asked for.
    /// - Returns: The job; an identical active one is joined.
    /// - Throws: `RoostError` with code `database` or `insufficientSpace`.
    public func submit(_ pull: NewPull) async throws -> Job {
        let job = try await database.createJob(pull)
        wakeAll()
        return job
    }

    /// Ends a job that is queued or running. The end is durable when this returns; its work stops within a moment.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: As `JobDatabase.cancelJob`.
    public func cancel(id: String) async throws -> Job {
        let job = try await database.cancelJob(id: id)
        running.cancel(id)
        return job
    }

    /// Sets a queued or running job aside. Its bytes stay.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: As `JobDatabase.pauseJob`.
    public func pause(id: String) async throws -> Job {
        let job = try await database.pauseJob(id: id)
        running.cancel(id)
        return job
    }

    /// Puts a paused job, or one that waits for its next try, back into the queue.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: As `JobDatabase.resumeJob`.
    public func resume(id: String) async throws -> Job {
        defer { wakeAll() }
        return try await database.resumeJob(id: id)
    }

    /// Puts a failed or canceled job back into the queue.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: As `JobDatabase.retryJob`.
    public func retry(id: String) async throws -> Job {
        defer { wakeAll() }
        return try await database.retryJob(id: id)
    }

    /// Makes pulls wait in the queue, those that are running too, or lets them go on. Their bytes stay.
    ///
    /// - Parameter isHeld: Whether they wait.
    public func hold(_ isHeld: Bool) {
        running.hold(isHeld)
        if !isHeld { wakeAll() }
    }

    /// Gives a job a limit of its own, which holds at once.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - bytesPerSecond: As `Job.rates`; `nil` for no limit.
    /// - Returns: The job.
    /// - Throws: As `JobDatabase.limitJob`.
    public func limit(id: String, bytesPerSecond: Int64?) async throws -> Job {
        let job = try await database.limitJob(id: id, bytesPerSecond: bytesPerSecond)
        running.limit(id, to: bytesPerSecond)
        return job
    }

    /// Gives a job another place in the queue.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - priority: −100 … 100.
    /// - Returns: The job.
    /// - Throws: As `JobDatabase.prioritizeJob`.
    public func prioritize(id: String, priority: Int) async throws -> Job { try await database.prioritizeJob(id: id, priority: priority) }
}
