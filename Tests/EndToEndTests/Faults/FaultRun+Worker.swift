import FaultHub
import Foundation
import HubClient
import JobStoreSQLite
import PullJobs
import RoostAPI
import RoostCore
import ServiceLifecycle
import SystemPackage
import TestSupport

extension FaultRun {
    /// A pull in this process: the real client and worker, a real jobs.db.
    static func pull(_ fault: Fault, seed: Int, in lab: FaultLab) async throws -> FaultRun {
        var run = FaultRun(fault, seed: seed, hasKill: false)
        let start = ContinuousClock.now
        try await withTemporaryDirectory { root in
            try await lab.run(fault, seed: seed) { server, first, last in
                let database = try JobDatabase(path: root.appending("jobs.db").string, logger: FaultLab.quiet)
                let cache = root.appending("hub")
                var pull = NewPull(model: try ModelReference(parsing: FaultRepository.name(seed: seed)))
                pull.maxRetries = fault.maxRetries
                let id = try await database.createJob(pull).id
                if first != last {
                    try await withWorker(first, fault, database, cache) { _ in
                        _ = try await eventually("a first failure") { try database.job(id: id)?.stage == .waitingForNetwork ? true : nil }
                    }
                }
                try await withWorker(last, fault, database, cache) { worker in
                    run.job = try await run.follow(id, database, worker, cache)
                }
                run.messages = try database.events(of: id).compactMap(\.message)
                run.figures = server.meter.figures
                run.seconds = (ContinuousClock.now - start) / .seconds(1)
                try database.close()
                let digest = try lab.modelDigest(fault, seed: seed)
                run.judge(digest: digest, root: root, cache: cache, known: ["hub", "jobs.db", "jobs.db-wal", "jobs.db-shm", "backups"])
            }
        }
        return run
    }

    private static func withWorker(
        _ endpoint: String, _ fault: Fault, _ database: JobDatabase, _ cache: FilePath, _ body: (PullWorker) async throws -> Void
    ) async throws {
        var configuration = HubConfiguration(endpoint: try HubEndpoint(parsing: endpoint), token: SecretToken("hf_secret"), cacheDirectory: cache)
        configuration.stallTimeout = fault.patience
        configuration.metadataTimeout = fault.patience
        let hub = HubClient(configuration: configuration, logger: FaultLab.quiet)
        let worker = PullWorker(configuration: .init(loader: NoLoader()), database: database, hub: hub, logger: FaultLab.quiet)
        do {
            try await withRunningService { ready in
                ReadyWorker(worker: worker, ready: ready)
            } _: { (_: Bool) in
                try await body(worker)
            }
        } catch {
            try await hub.shutdown()
            throw error
        }
        try await hub.shutdown()
    }

    /// Looks at the job until it ends.
    private mutating func follow(_ id: String, _ database: JobDatabase, _ worker: PullWorker, _ cache: FilePath) async throws -> Job? {
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            guard let job = try database.job(id: id) else { return nil }
            sample(worker.view(of: job).job, cache: cache)
            if job.status.isFinished { return job }
            if fault.waitsLong, isParked(job, now: Date()) { _ = try await worker.resume(id: id) }
            try await Task.sleep(for: .milliseconds(25))
        }
        return nil
    }

    /// Whether a job waits for longer than a test; never for longer than an hour.
    mutating func isParked(_ job: Job, now: Date) -> Bool {
        guard job.status == .queued, let time = job.runAfter?.date else { return false }
        let wait = time.timeIntervalSince(now)
        if wait > 3601 { problems.append("the job waits for \(wait) s") }
        return wait > 600
    }
}

/// Tells that it was started; a worker is ready at once.
private struct ReadyWorker: Service {
    let worker: PullWorker
    let ready: @Sendable (Bool) async -> Void

    func run() async throws {
        await ready(true)
        try await worker.run()
    }
}

/// A loader for pulls that load nothing.
private struct NoLoader: ModelLoader {
    func load(_ model: ModelReference) {}
}
