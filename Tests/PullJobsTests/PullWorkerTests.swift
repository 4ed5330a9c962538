import Foundation
import HubClient
import JobStore
import JobStoreSQLite
import Logging
import PullJobs
import RoostAPI
import RoostCore
import RoostServer
import ServiceLifecycle
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import HubMirror

/// The worker with a real jobs.db, a real mirror and a real HTTP client; only the waiting between tries is shortened.
@Suite(.timeLimit(.minutes(10))) struct PullWorkerTests {
    static let quiet = Logger.silent

    /// A loader that calls a closure.
    struct TestLoader: ModelLoader {
        let body: @Sendable (ModelReference) async throws -> Void

        func load(_ model: ModelReference) async throws { try await body(model) }
    }

    /// Everything one test has to do with.
    struct Bench: Sendable {
        let database: JobDatabase
        let worker: PullWorker

        func submit(_ model: String, initialize: Bool = false) async throws -> String {
            try await worker.submit(NewPull(model: ModelReference(parsing: model), initialize: initialize)).id
        }

        func finished(_ id: String) async throws -> Job {
            while true {
                if let job = try database.job(id: id), job.status.isFinished { return job }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    /// Runs a worker against a mirror of `files`.
    func withWorker<Value: Sendable>(
        _ files: [String: Int], slots: Int = 2, notedRate: String? = nil,
        now: @escaping @Sendable () -> Date = { Date() }, loadModel: @escaping @Sendable (ModelReference) async throws -> Void = { _ in },
        beforeStart: @Sendable (JobDatabase) async throws -> Void = { _ in }, _ body: @Sendable (Bench) async throws -> Value
    ) async throws -> Value {
        try await withTemporaryDirectory { root in
            for (name, size) in files {
                let path = root.appending("hub").appending(name)
                try FileManager.default.createDirectory(atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
                try Data(repeating: 7, count: size).write(to: URL(fileURLWithPath: path.string))
            }
            let mirror = HubMirror.Configuration(directory: root.appending("hub"), port: 0)
            return try await withRunningService { ready in
                HubMirror(configuration: mirror, logger: Self.quiet, onRunning: ready)
            } _: { (port: Int) in
                let database = try JobDatabase(path: root.appending("jobs.db").string, logger: Self.quiet, now: now)
                try await beforeStart(database)
                let hub = HubClient(
                    configuration: HubConfiguration(
                        endpoint: try HubEndpoint(parsing: "http://127.0.0.1:\(port)"), token: nil, cacheDirectory: root.appending("cache")),
                    logger: Self.quiet)
                var time = TimeSource(date: now)
                time.sleep = { _ in try await Task.sleep(for: .milliseconds(1)) }
                var configuration = PullWorker.Configuration(maxConcurrentPulls: slots, loader: TestLoader(body: loadModel), time: time)
                let rate = root.appending("download-rate")
                if let notedRate { try Data(notedRate.utf8).write(to: URL(fileURLWithPath: rate.string)) }
                configuration.rateNote = RateNote(at: rate)
                let worker = PullWorker(configuration: configuration, database: database, hub: hub, logger: Self.quiet)
                let result = await Result { try await run(worker, Bench(database: database, worker: worker), body) }
                try await hub.shutdown()
                return try result.get()
            }
        }
    }

    private func run<Value: Sendable>(_ worker: PullWorker, _ bench: Bench, _ body: @Sendable (Bench) async throws -> Value) async throws -> Value {
        try await withRunningService { ready in
            ReadyService(base: worker, ready: ready)
        } _: { (_: Void) in
            try await body(bench)
        }
    }

    @Test func `a pull ends with the snapshot, its size and what was decided`() async throws {
        try await withWorker(["a/b/m-Q4_K_M.gguf": 5000, "a/b/m-Q8_0.gguf": 9000, "a/b/README.md": 10, "a/b/big.png": 700]) { bench in
            let job = try await bench.finished(bench.submit("a/b"))
            #expect(job.status == .succeeded, "\(job.traceback ?? "")")
            #expect(job.sizeBytes == 5000 && job.totalBytes == 5010 && job.downloadedBytes == 5010 && job.progress == 1)
            #expect(job.preferredQuantized == true && job.error == nil && job.startedAt != nil && job.finishedAt != nil)
            // Each is written when it begins, however short it is.
            #expect(try bench.database.events(of: job.id).compactMap(\.stage).prefix(3) == [.resolving, .planning, .downloading])
            let snapshot = try #require(job.localPath)
            #expect(try FileManager.default.contentsOfDirectory(atPath: snapshot).sorted() == ["README.md", "m-Q4_K_M.gguf"])
        }
    }

    @Test func `a job is running only while it holds a slot`() async throws {
        let (gate, open) = AsyncStream<Void>.makeStream()
        let loading = Mutex(0)
        try await withWorker(
            Dictionary(uniqueKeysWithValues: (1...5).map { ("a/m\($0)/x-F16.gguf", 10) }), slots: 2,
            loadModel: { _ in
                loading.withLock { $0 += 1 }
                for await _ in gate { break }
            }
        ) { bench in
            var ids: [String] = []
            for number in 1...5 { ids.append(try await bench.submit("a/m\(number)", initialize: true)) }
            while loading.withLock({ $0 }) < 2 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(try await bench.database.jobCounts() == ["running": 2, "queued": 3])
            #expect(bench.worker.view(of: try #require(try bench.database.job(id: ids[0]))).job.stage == .loading)
            open.finish()
            for id in ids { #expect(try await bench.finished(id).status == .succeeded) }
        }
    }

    @Test func `the running job of a dead process is taken up again`() async throws {
        let reference = try ModelReference(parsing: "a/b")
        let leaveRunning: @Sendable (JobDatabase) async throws -> Void = { database in
            _ = try await database.createJob(NewPull(model: reference))
            _ = try await database.claimNextJob(owner: "a dead process")
            #expect(try await database.jobCounts() == ["running": 1])
        }
        try await withWorker(["a/b/m-F16.gguf": 100], beforeStart: leaveRunning) { bench in
            let id = try #require(try await bench.database.allJobs().first?.id)
            #expect(try await bench.finished(id).status == .succeeded)
        }
    }

    @Test func `a load that fails fails the job and keeps the files`() async throws {
        try await withWorker(["a/b/m-F16.gguf": 100], loadModel: { _ in throw RoostError(.engineLoadFailed, "The engine says no.") }) { bench in
            let job = try await bench.finished(bench.submit("a/b", initialize: true))
            #expect(job.status == .failed && job.error == "The engine says no.")
            #expect(job.traceback?.contains("stage: loading") == true)
            #expect(job.localPath.map { FileManager.default.fileExists(atPath: $0 + "/m-F16.gguf") } == true)
            #expect(job.progress == 1 && job.preferredQuantized == false)
        }
    }

    @Test func `the model that is loaded is the one that was chosen`() async throws {
        let (loaded, load) = AsyncStream<String>.makeStream()
        try await withWorker(["a/b/m-Q8_0.gguf": 100], loadModel: { load.yield($0.description) }) { bench in
            _ = try await bench.submit("a/b", initialize: true)
            #expect(await loaded.first { _ in true } == "a/b:Q8_0")
        }
    }

    @Test func `a second pull of the same model fetches nothing and succeeds`() async throws {
        try await withWorker(["a/b/m-F16.gguf": 100]) { bench in
            let first = try await bench.finished(bench.submit("a/b"))
            let second = try await bench.finished(bench.submit("a/b"))
            #expect(first.id != second.id && second.status == .succeeded && second.localPath == first.localPath)
        }
    }
}

/// Tells that it was started; a worker is ready at once.
private struct ReadyService: Service {
    let base: PullWorker
    let ready: @Sendable (Void) async -> Void

    func run() async throws {
        await ready(())
        try await base.run()
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous piece of work returns or throws.
    fileprivate init(_ work: () async throws -> Success) async {
        do { self = .success(try await work()) } catch { self = .failure(error) }
    }
}
