package import Foundation
package import HubClient
package import JobStore
package import Logging
package import ModelLibrary
package import RoostAPI
package import RoostCore
import ServiceLifecycle

/// Runs the queue: a number of slots, each of which claims one job at a time and runs its stages.
///
/// A job is `running` only while it has a slot; one that has to wait for the network returns to the queue. When the
/// server stops, the download is checkpointed (its bytes are already on the disk) and the job returns to the queue;
/// after a crash the next start does the same.
package final class PullWorker: Service {
    /// The settings and hooks of a worker.
    package struct Configuration: Sendable {
        /// The most pulls that may run at the same time; 1 or more.
        package var maxConcurrentPulls: Int
        /// Loads a model that has just been pulled and returns when it answers.
        package var loadModel: @Sendable (ModelReference) async throws -> Void
        /// The folder for receipts of successful pulls; `nil` for none.
        package var receipts: ReceiptFolder?
        /// The settings of conversions; `nil` refuses repositories with weights and no GGUF file.
        package var conversions: ConversionSettings?
        /// The file for the rate of the last pull; `nil` for none.
        package var rateNote: RateNote?
        /// Returns the current time.
        package var now: @Sendable () -> Date = { Date() }
        /// Waits before a failed access to jobs.db is repeated.
        package var sleep: @Sendable (Duration) async throws -> Void

        /// Creates a configuration.
        package init(
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
    /// The id of this process in claims.
    private let owner = UUID().uuidString.lowercased()

    /// Creates a worker; its work begins with `run()`.
    ///
    /// - Parameters:
    ///   - configuration: The settings and hooks.
    ///   - database: The database with the queue.
    ///   - hub: The Hub client.
    ///   - logger: The logger.
    package init(configuration: Configuration, database: JobDatabase, hub: HubClient, logger: Logger) {
        self.configuration = configuration
        self.board = PullProgressBoard(lastRate: configuration.rateNote?.read())
        self.database = database
        self.hub = hub
        self.logger = logger
        self.slots = (0..<configuration.maxConcurrentPulls).map { _ in WakeSignal() }
    }

    /// Returns a job with its live values: bytes, stage and rate.
    ///
    /// - Parameter job: A row of jobs.db.
    /// - Returns: The row with live values while it is running.
    package func view(of job: Job) -> JobView {
        guard job.status == .running, let machine = board.machine(job.id) else { return JobView(job: job) }
        var live = job
        let now = board.now
        live.apply(machine, at: now)
        return JobView(
            job: live, bytesPerSecond: machine.bytesPerSecond(at: now), etaSeconds: machine.etaSeconds(at: now),
            currentFiles: machine.currentFiles(at: now), conversionProgress: machine.conversionProgress)
    }

    /// The number of consecutive interruptions without a received byte after which a pull has failed. Progress is
    /// written once a second, so a few kills within the first second of a process do not fail the pull.
    static let mostInterruptions = 20

    /// Requeues the jobs of ended processes, then works until the server stops.
    ///
    /// - Throws: `RoostError` with code `database` when the queue cannot be read at the start.
    package func run() async throws {
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

    /// The time until the next `run_after`, at most two seconds, because other programs add rows without a signal.
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

    /// Returns whether the job still belongs to this worker, and applies its current limit. A client may have changed
    /// the limit, or paused or canceled the job, between the claim and the start of the run.
    private func isStillOurs(_ job: Job, _ limiter: BandwidthLimiter) -> Bool {
        do {
            guard let newest = try database.job(id: job.id), newest.status == .running, newest.claim == job.claim else { return false }
            if newest.maxBytesPerSecond != job.maxBytesPerSecond { limiter.bytesPerSecond = newest.maxBytesPerSecond }
        } catch {
            logger.warning("a job that was just claimed cannot be read again", metadata: ["job": "\(job.id)", "error": "\(error)"])
        }
        return true
    }

    /// Writes the end of a run and repeats that until it succeeds: a row that stays `running` would block its model
    /// until the next start.
    private func record(_ claim: JobClaim, message: String?, _ change: @escaping @Sendable (inout Job) -> Void) async {
        while true {
            do {
                try await database.updateJob(claim, message: message, change)
                return
            } catch {
                logger.error("a pull's end cannot be written; trying again", metadata: ["job": "\(claim.jobID)", "error": "\(error)"])
                // When the server stops, its next start requeues the job.
                guard (try? await configuration.sleep(.seconds(2))) != nil else { return }
            }
        }
    }

    /// Writes the live state. A failed write does not stop the download; the next one follows in a second.
    ///
    /// - Returns: Whether the job still belongs to this worker.
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
    /// Creates the job of a pull and wakes a free slot.
    ///
    /// - Parameter pull: The pull.
    /// - Returns: The new job, or the active job of an identical pull.
    /// - Throws: `RoostError` with code `database` or `insufficientSpace`.
    package func submit(_ pull: NewPull) async throws -> Job {
        let job = try await database.createJob(pull)
        wakeAll()
        return job
    }

    /// Cancels a queued or running job. The end is durable when this returns; the work stops shortly after.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: As `JobDatabase.cancelJob`.
    package func cancel(id: String) async throws -> Job {
        let job = try await database.cancelJob(id: id)
        running.cancel(id)
        return job
    }

    /// Pauses a queued or running job. Its bytes are kept.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: As `JobDatabase.pauseJob`.
    package func pause(id: String) async throws -> Job {
        let job = try await database.pauseJob(id: id)
        running.cancel(id)
        return job
    }

    /// Returns a paused job, or one that waits for its next try, to the queue.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: As `JobDatabase.resumeJob`.
    package func resume(id: String) async throws -> Job {
        defer { wakeAll() }
        return try await database.resumeJob(id: id)
    }

    /// Returns a failed or canceled job to the queue.
    ///
    /// - Parameter id: The job's id.
    /// - Returns: The job.
    /// - Throws: As `JobDatabase.retryJob`.
    package func retry(id: String) async throws -> Job {
        defer { wakeAll() }
        return try await database.retryJob(id: id)
    }

    /// Holds all pulls, including the running ones, in the queue, or releases them. Their bytes are kept.
    ///
    /// - Parameter isHeld: Whether pulls have to wait.
    package func hold(_ isHeld: Bool) {
        running.hold(isHeld)
        if !isHeld { wakeAll() }
    }

    /// Sets a job's own download limit, which applies at once.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - bytesPerSecond: A value in `Job.rates`; `nil` for no limit.
    /// - Returns: The job.
    /// - Throws: As `JobDatabase.limitJob`.
    package func limit(id: String, bytesPerSecond: Int64?) async throws -> Job {
        let job = try await database.limitJob(id: id, bytesPerSecond: bytesPerSecond)
        running.limit(id, to: bytesPerSecond)
        return job
    }

    /// Sets a job's priority.
    ///
    /// - Parameters:
    ///   - id: The job's id.
    ///   - priority: −100 … 100.
    /// - Returns: The job.
    /// - Throws: As `JobDatabase.prioritizeJob`.
    package func prioritize(id: String, priority: Int) async throws -> Job { try await database.prioritizeJob(id: id, priority: priority) }
}
