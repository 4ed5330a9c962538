import Foundation
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
    /// The settings and parts of a worker.
    package struct Configuration: Sendable {
        /// The most pulls that may run at the same time; 1 or more.
        package var maxConcurrentPulls: Int
        /// Loads the models of pulls that ask for it.
        package var loader: any ModelLoader
        /// The folder for receipts of successful pulls; `nil` for none.
        package var receipts: ReceiptFolder?
        /// The settings of conversions; `nil` refuses repositories with weights and no GGUF file.
        package var conversions: ConversionSettings?
        /// The file for the rate of the last pull; `nil` for none.
        package var rateNote: RateNote?
        /// The time of all runs.
        package var time: TimeSource

        /// Creates a configuration.
        package init(maxConcurrentPulls: Int = 2, loader: any ModelLoader, time: TimeSource = TimeSource()) {
            self.maxConcurrentPulls = maxConcurrentPulls
            self.loader = loader
            self.time = time
        }
    }

    let configuration: Configuration
    package let database: any JobStore
    let hub: HubClient
    let board: PullProgressBoard
    let running = RunningPulls()
    private let logger: Logger
    private let slots: [WakeSignal]
    /// The id of this process in claims.
    private let owner = UUID().uuidString.lowercased()

    /// Creates a worker; its work begins with `run()`.
    ///
    /// - Parameters:
    ///   - configuration: The settings and parts.
    ///   - database: The database with the queue.
    ///   - hub: The Hub client.
    ///   - logger: The logger.
    package init(configuration: Configuration, database: any JobStore, hub: HubClient, logger: Logger) {
        self.configuration = configuration
        self.board = PullProgressBoard(lastRate: configuration.rateNote?.read(), time: configuration.time)
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
        await cancelWhenGracefulShutdown {
            await withTaskCancellationHandler {
                await withDiscardingTaskGroup { group in
                    for slot in self.slots { group.addTask { await self.work(in: slot) } }
                }
            } onCancel: {
                self.running.stop()
            }
        }
    }

    private func work(in slot: WakeSignal) async {
        while !Task.isCancelled {
            do {
                if !running.isHeld, let job = try await database.claimNextJob(owner: owner), let claim = job.claim {
                    await running.run(job.id) { await self.run(job, claim) }
                } else {
                    await slot.wait(atMost: try await timeToNextLook())
                }
            } catch {
                logger.error("the queue cannot be read; trying again in 5 s", metadata: ["error": "\(error)"])
                try? await configuration.time.sleep(.seconds(5))  // Only cancellation throws here, and the loop looks for it.
            }
        }
    }

    /// The time until the next `run_after`, at most two seconds, because other programs add rows without a signal.
    private func timeToNextLook() async throws -> Duration {
        guard let next = try await database.nextRunAfter() else { return .seconds(2) }
        // While pulls are held, a job whose time has come stays where it is.
        let shortest = running.isHeld ? 2 : 0.02
        return .seconds(min(max(next.timeIntervalSince(configuration.time.date()), shortest), 2))
    }

    private func run(_ job: Job, _ claim: JobClaim) async {
        logger.info("pull begins", metadata: ["job": "\(job.id)", "model": "\(job.model)"])
        board.begin(job)
        let limiter = BandwidthLimiter(bytesPerSecond: job.maxBytesPerSecond)
        running.setLimiter(limiter, of: job.id)
        defer { board.end(job.id) }
        guard await isStillOurs(job, limiter) else { return }
        let recorder = ClaimedPull(claim: claim, database: database, board: board, time: configuration.time, logger: logger)
        let outcome = await outcome(of: job, limiter, recorder)
        if let rate = board.lastRate { configuration.rateNote?.write(rate) }
        await recorder.finish(outcome, in: running)
        log(outcome, of: job)
    }

    private func outcome(of job: Job, _ limiter: BandwidthLimiter, _ recorder: ClaimedPull) async -> PullOutcome {
        do {
            return await PullPipeline(
                jobID: job.id, pull: try NewPull(job), startedAt: job.startedAt ?? Timestamp(configuration.time.date()),
                tools: .init(
                    hub: hub, conversions: configuration.conversions, receipts: configuration.receipts, loader: configuration.loader,
                    time: configuration.time, logger: logger),
                limiter: limiter, recorder: recorder
            ).run()
        } catch {
            // The row of another program names no model.
            return .failed(RoostError.wrapping(error, as: .invalidRequest, "The job cannot be read"), localPath: nil)
        }
    }

    /// Returns whether the job still belongs to this worker, and applies its current limit. A client may have changed
    /// the limit, or paused or canceled the job, between the claim and the start of the run.
    private func isStillOurs(_ job: Job, _ limiter: BandwidthLimiter) async -> Bool {
        do {
            guard let newest = try await database.job(id: job.id), newest.status == .running, newest.claim == job.claim else { return false }
            if newest.maxBytesPerSecond != job.maxBytesPerSecond { limiter.bytesPerSecond = newest.maxBytesPerSecond }
        } catch {
            logger.warning("a job that was just claimed cannot be read again", metadata: ["job": "\(job.id)", "error": "\(error)"])
        }
        return true
    }

    /// Wakes the free slots.
    func wakeAll() { slots.forEach { $0.signal() } }

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
