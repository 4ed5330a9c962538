import Foundation
import GRDB
import JobStoreSQLite
import PullJobs
import RoostAPI
import RoostCore
import Synchronization
import Testing

/// Cancel, pause, resume, retry and reorder, while a job waits and while it works.
extension PullWorkerTests {
    /// Waits until a job is being worked on, in the stage that the test holds it in.
    private func loading(_ id: String, in bench: Bench) async throws {
        while true {
            if let job = try bench.database.job(id: id), bench.worker.view(of: job).job.stage == .loading { return }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// A load that lasts until its task is cancelled, and counts.
    private func endless(_ loads: Loads) -> @Sendable (ModelReference) async throws -> Void {
        { _ in
            loads.begun.withLock { $0 += 1 }
            defer { loads.ended.withLock { $0 += 1 } }
            try await Task.sleep(for: .seconds(3600))
        }
    }

    private final class Loads: Sendable {
        let begun = Mutex(0)
        let ended = Mutex(0)
    }

    @Test func `a running job is canceled at once, durably, and frees its slot`() async throws {
        let loads = Loads()
        try await withWorker(["a/b/m-F16.gguf": 10, "c/d/m-F16.gguf": 10], slots: 1, loadModel: endless(loads)) { bench in
            let id = try await bench.submit("a/b", initialize: true)
            try await loading(id, in: bench)
            let canceled = try await bench.worker.cancel(id: id)
            #expect(canceled.status == .failed && canceled.stage == .canceled && canceled.finishedAt != nil)
            #expect(try bench.database.job(id: id) == canceled)
            let next = try await bench.submit("c/d")
            #expect(try await bench.finished(next).status == .succeeded)
            // The one slot is free, so the load that would have lasted an hour has ended.
            #expect(loads.ended.withLock { $0 } == 1)
            #expect(try bench.database.job(id: id) == canceled)
            #expect(try bench.database.events(of: id).last?.kind == .canceled)
        }
    }

    @Test func `a paused job waits, however free the slots are, and goes on when it is resumed`() async throws {
        let loads = Loads()
        let letThrough = Mutex(false)
        let load: @Sendable (ModelReference) async throws -> Void = { [endless = endless(loads)] reference in
            if !letThrough.withLock({ $0 }) { try await endless(reference) }
        }
        try await withWorker(["a/b/m-F16.gguf": 10, "c/d/m-F16.gguf": 10], loadModel: load) { bench in
            let id = try await bench.submit("a/b", initialize: true)
            try await loading(id, in: bench)
            let paused = try await bench.worker.pause(id: id)
            #expect(paused.status == .queued && paused.stage == .paused && paused.owner == nil)
            #expect(try await bench.finished(bench.submit("c/d")).status == .succeeded)
            #expect(try bench.database.job(id: id)?.stage == .paused)
            letThrough.withLock { $0 = true }
            _ = try await bench.worker.resume(id: id)
            #expect(try await bench.finished(id).status == .succeeded)
            #expect(try bench.database.job(id: id)?.attempt == 2)
        }
    }

    @Test func `a job paused and resumed within a moment never runs twice at a time`() async throws {
        let loads = DeafLoads()
        let files = Dictionary(uniqueKeysWithValues: (["a/b"] + (1...3).map { "c/d\($0)" }).map { ("\($0)/m-F16.gguf", 10) })
        try await withWorker(files, slots: 4, loadModel: { _ in try await loads.load() }) { bench in
            let id = try await bench.submit("a/b", initialize: true)
            for round in 1...3 {
                while loads.begun < round { try await Task.sleep(for: .milliseconds(5)) }
                _ = try await bench.worker.pause(id: id)
                _ = try await bench.worker.resume(id: id)
                // A slot that takes the queue's next job has been offered the resumed one before.
                #expect(try await bench.finished(bench.submit("c/d\(round)")).status == .succeeded)
                #expect(loads.running == 1)
                loads.letThrough()
            }
            while loads.begun < 4 { try await Task.sleep(for: .milliseconds(5)) }
            loads.letThrough()
            #expect(try await bench.finished(id).status == .succeeded)
            #expect(loads.most == 1)
        }
    }

    /// Loads that are deaf to cancellation until the test lets them through, as real work is for a while.
    private final class DeafLoads: Sendable {
        private let state = Mutex((begun: 0, running: 0, most: 0, through: 0))

        var begun: Int { state.withLock { $0.begun } }
        var running: Int { state.withLock { $0.running } }
        var most: Int { state.withLock { $0.most } }

        func letThrough() { state.withLock { $0.through += 1 } }

        func load() async throws {
            let number = state.withLock { state in
                state.begun += 1
                state.running += 1
                state.most = max(state.most, state.running)
                return state.begun
            }
            await Task { while state.withLock({ $0.through }) < number { try? await Task.sleep(for: .milliseconds(2)) } }.value
            state.withLock { $0.running -= 1 }
            try Task.checkCancellation()
        }
    }

    @Test func `a pull that is done when its run is ended has succeeded, and is not run again`() async throws {
        let loads = DeafLoads()
        // As a load that was over when the end came: it hears nothing of the cancellation.
        let load: @Sendable (ModelReference) async throws -> Void = { _ in try? await loads.load() }
        try await withWorker(["a/b/m-F16.gguf": 10], loadModel: load) { bench in
            let id = try await bench.submit("a/b", initialize: true)
            while loads.begun < 1 { try await Task.sleep(for: .milliseconds(5)) }
            bench.worker.hold(true)
            loads.letThrough()
            while try bench.database.job(id: id)?.status == .running { try await Task.sleep(for: .milliseconds(5)) }
            #expect(try bench.database.job(id: id)?.status == .succeeded)
        }
    }

    @Test func `a failed job is tried again on request, with a fresh budget`() async throws {
        let fails = Mutex(true)
        let load: @Sendable (ModelReference) async throws -> Void = { _ in
            if fails.withLock({ $0 }) { throw RoostError(.engineLoadFailed, "The engine says no.") }
        }
        try await withWorker(["a/b/m-F16.gguf": 10], loadModel: load) { bench in
            let id = try await bench.submit("a/b", initialize: true)
            #expect(try await bench.finished(id).status == .failed)
            fails.withLock { $0 = false }
            _ = try await bench.worker.retry(id: id)
            let job = try await bench.finished(id)
            #expect(job.status == .succeeded && job.error == nil && job.traceback == nil)
            let kinds = try bench.database.events(of: id).map(\.kind).filter { $0 != .stage }
            #expect(kinds == [.created, .started, .failed, .requeued, .started, .succeeded])
        }
    }

    @Test func `a failure that can pass gives the slot back, and the job is tried again`() async throws {
        let failures = Mutex(1)
        let load: @Sendable (ModelReference) async throws -> Void = { _ in
            let fails = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            if fails { throw RoostError(.enginesBusy, "All engines are at work.") }
        }
        try await withWorker(["a/b/m-F16.gguf": 10], slots: 1, loadModel: load) { bench in
            let id = try await bench.submit("a/b", initialize: true)
            let waiting = try await waiting(id, in: bench)
            #expect(waiting.stage == .waitingForNetwork && waiting.runAfter != nil && waiting.retryCount == 1 && waiting.owner == nil)
            #expect(waiting.error == "All engines are at work.")
            let job = try await bench.finished(id)
            #expect(job.status == .succeeded && job.retryCount == 0 && job.runAfter == nil && job.error == nil && job.traceback == nil)
            #expect(try bench.database.events(of: id).contains { $0.kind == .retryScheduled && $0.message?.contains("engines are at work") == true })
        }
    }

    @Test(arguments: [RoostError.Code.engineMissing, .enginesBusy])
    func `a pull whose model is here has not failed for want of an engine, and says what is missing`(code: RoostError.Code) async throws {
        let load: @Sendable (ModelReference) async throws -> Void = { _ in throw RoostError(code, "There is no engine for it.") }
        try await withWorker(["a/b/m-F16.gguf": 10], loadModel: load) { bench in
            var pull = NewPull(model: try ModelReference(parsing: "a/b"), initialize: true)
            pull.maxRetries = 0
            let job = try await bench.finished(bench.worker.submit(pull).id)
            #expect(job.status == .succeeded && job.progress == 1 && job.stage == nil)
            #expect(job.error == "The model is here, but not loaded: There is no engine for it.")
            #expect(job.traceback?.contains("[\(code.rawValue)]") == true)
            #expect(job.localPath.map { FileManager.default.fileExists(atPath: $0 + "/m-F16.gguf") } == true)
            let last = try bench.database.events(of: job.id).last
            #expect(last?.kind == .succeeded && last?.message == job.error)
        }
    }

    private func waiting(_ id: String, in bench: Bench) async throws -> Job {
        while true {
            if let job = try bench.database.job(id: id), job.status == .queued, job.runAfter != nil { return job }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test func `a row that another program queues is taken up without a word`() async throws {
        try await withWorker(["a/b/m-F16.gguf": 10]) { bench in
            // The idle worker sleeps by now, or will soon; it is not woken.
            try await bench.database.write { database in
                try database.execute(sql: "INSERT INTO jobs (id, model, created_at) VALUES ('theirs', 'a/b', '2026-01-01T00:00:00Z')")
            }
            let job = try await bench.finished("theirs")
            #expect(job.status == .succeeded && job.createdAt.rawValue == "2026-01-01T00:00:00Z")
        }
    }

    @Test func `the files of a pull are in its row's side table, verified when it has succeeded`() async throws {
        try await withWorker(["a/b/m-F16.gguf": 10, "a/b/README.md": 3]) { bench in
            let job = try await bench.finished(bench.submit("a/b"))
            let files = try await bench.database.files(of: job.id)
            #expect(files.map(\.path) == ["README.md", "m-F16.gguf"])
            #expect(files.map(\.size) == [3, 10])
            #expect(files.map(\.verified) == [[[0, 3]], [[0, 10]]])
        }
    }
}
