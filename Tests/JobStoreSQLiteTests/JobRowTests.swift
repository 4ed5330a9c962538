import Foundation
import GRDB
import JobStore
import RoostCore
import Testing

@testable import JobStoreSQLite

@Suite struct JobRowTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    @Test func `a new job is queued, has a Z timestamp and no progress`() async throws {
        let created = try await store.create {
            $0.quantize = .q4
            $0.initialize = true
        }
        let job = try #require(try store.database.job(id: created.id))
        #expect(job == created)
        #expect(job.status == .queued && job.stage == nil && job.claim == nil)
        #expect(job.createdAt == store.now && job.createdAt.rawValue.hasSuffix("Z") && job.createdAt.rawValue.utf8.count == 24)
        #expect(job.progress == nil && job.downloadedBytes == 0 && job.initialize == true && job.quantize == "q4")
        #expect(UUID(uuidString: job.id)?.uuidString.lowercased() == job.id)
    }

    @Test func `all that was asked for is in the row`() async throws {
        let later = Timestamp(rawValue: "2030-01-02T03:04:05.678Z")
        let created = try await store.create("org/name:Q8_0") {
            $0.revision = "v2"
            $0.userID = "ada"
            $0.workspaceID = "analysis"
            $0.priority = -7
            $0.maxRetries = 3
            $0.tags = ["a \"quoted\" one", "ünïcode", ""]
            $0.runAfter = later
        }
        let job = try #require(try store.database.job(id: created.id))
        #expect(job == created)
        #expect(job.model == "org/name:Q8_0" && job.revision == "v2" && job.userID == "ada" && job.workspaceID == "analysis")
        #expect(job.priority == -7 && job.maxRetries == 3 && job.tags == ["a \"quoted\" one", "ünïcode", ""] && job.runAfter == later)
    }

    @Test func `every column of a job is written and read back`() async throws {
        let time = Timestamp(rawValue: "2030-01-02T03:04:05.678Z")
        var full = try await store.create()
        full.quantize = "q4"
        full.initialize = true
        full.status = .failed
        (full.startedAt, full.finishedAt, full.runAfter, full.lastAPICall) = (time, time, time, time)
        (full.error, full.traceback, full.localPath) = ("it broke", "a chain", "/models/x")
        (full.sizeBytes, full.downloadedBytes, full.totalBytes, full.progress) = (5_000_000_000, 2, 6_000_000_000, 0.5)
        (full.preferredQuantized, full.stage, full.revision) = (false, .canceled, "v2")
        (full.userID, full.workspaceID, full.owner) = ("ada", "analysis", "worker")
        (full.priority, full.retryCount, full.maxRetries, full.apiCallCount, full.attempt) = (-7, 3, 4, 5, 6)
        (full.tags, full.allowPatterns, full.ignorePatterns, full.maxBytesPerSecond) = (["a"], ["*.gguf"], ["*.bin"], 70_000)
        let fields = try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(full)) as? [String: Any])
        #expect(fields.filter { $0.value is NSNull }.isEmpty, "set every field above")
        try await store.database.changeJob(id: full.id, message: nil) { [full] job, _ in job = full }
        #expect(try store.database.job(id: full.id) == full)
        #expect(Job.columnNames == Job.CodingKeys.allCases.map(\.rawValue))
    }

    @Test func `an absent job is nil and cannot be updated`() async throws {
        #expect(try store.database.job(id: "nobody") == nil)
        let error = await #expect(throws: RoostError.self) {
            try await store.database.changeJob(id: "nobody", message: nil) { job, _ in job.progress = 0.5 }
        }
        #expect(error?.code == .notFound)
        #expect(try store.database.events().isEmpty)
    }

    @Test(arguments: [-0.1, 1.1, .infinity, .nan]) func `a progress outside 0 to 1 is refused`(progress: Double) async throws {
        let job = try await store.create()
        await #expect(throws: RoostError.self) { try await store.database.changeJob(id: job.id, message: nil) { job, _ in job.progress = progress } }
        #expect(try store.database.job(id: job.id)?.progress == nil)
    }

    @Test func `a status outside the four, more bytes than the total and a priority beyond the bounds are refused`() async throws {
        let job = try await store.create()
        let database = store.database
        await #expect(throws: RoostError.self) {
            try await database.changeJob(id: job.id, message: nil) { job, _ in job.status = JobStatus(rawValue: "banana") }
        }
        await #expect(throws: RoostError.self) {
            try await database.changeJob(id: job.id, message: nil) { job, _ in
                job.totalBytes = 10
                job.downloadedBytes = 11
            }
        }
        await #expect(throws: RoostError.self) { try await database.changeJob(id: job.id, message: nil) { job, _ in job.priority = 101 } }
        #expect(try database.job(id: job.id) == job)
        #expect(try store.kinds(of: job.id) == ["created"])
    }

    @Test func `the id of a job stays whatever a change does`() async throws {
        let job = try await store.create()
        try await store.database.changeJob(id: job.id, message: nil) { job, _ in job.id = "another" }
        #expect(try store.database.job(id: job.id) == job)
        #expect(try store.database.job(id: "another") == nil)
    }

    @Test func `calls of the API are added up and leave the history alone`() async throws {
        let (first, second) = (try await store.create("a/a"), try await store.create("b/b"))
        try await store.database.countAPICalls([first.id: 3, "nobody": 9], lastAt: store.now)
        try await store.database.countAPICalls([first.id: 4, second.id: 1], lastAt: store.now)
        #expect(try store.database.job(id: first.id)?.apiCallCount == 7)
        #expect(try store.database.job(id: second.id)?.apiCallCount == 1)
        #expect(try store.database.job(id: first.id)?.lastAPICall == store.now)
        #expect(try store.kinds(of: first.id) == ["created"])
    }

    @Test func `a change begun by a cancelled task is still written`() async throws {
        let job = try await store.create()
        let task = Task { [database = store.database] in
            withUnsafeCurrentTask { $0?.cancel() }
            #expect(Task.isCancelled)
            return try await database.changeJob(id: job.id, message: nil) { job, _ in job.status = .failed }
        }
        _ = try await task.value
        #expect(try store.database.job(id: job.id)?.status == .failed)
    }

    @Test func `what was acknowledged is there after reopening, and a closed file stands alone`() async throws {
        let job = try await store.create()
        try store.database.close()
        #expect(FileManager.default.contents(atPath: store.path + "-wal")?.isEmpty != false)
        let reopened = try TestStore.open(store.path, store.clock)
        #expect(try reopened.job(id: job.id) == job)
        #expect(try reopened.events(of: job.id).map(\.kind) == [.created])
    }

    @Test func `JSON has true, false and null, never 0 or 1`() async throws {
        let job = try await store.create { $0.initialize = true }
        let stored = try #require(try store.database.job(id: job.id))
        let json = String(decoding: try JSONEncoder().encode(stored), as: UTF8.self)
        #expect(json.contains("\"init\":true"))
        #expect(json.contains("\"progress\":null"))
        #expect(json.contains("\"preferred_quantized\":null"))
        #expect(try JSONDecoder().decode(Job.self, from: Data(json.utf8)) == stored)
    }

    @Test func `errors are kept up to a length, whole characters of them, and with what stands behind a NUL`() async throws {
        let job = try await store.create()
        let claim = try await store.claim()
        let long = String(repeating: "é", count: 50_000)
        try await store.database.updateJob(claim, message: "x" + long) { job in
            job.status = .failed
            job.error = "x" + long
            job.traceback = "before\u{0}after"
        }
        let kept = try #require(try store.database.job(id: job.id))
        #expect(kept.error == "x" + String(repeating: "é", count: 2047) + "…" && kept.traceback == "before\u{FFFD}after")
        #expect(try store.database.events(of: job.id).last?.message == kept.error)
        try await store.database.changeJob(id: job.id, message: nil) { job, _ in job.traceback = long }
        #expect(try store.database.job(id: job.id)?.traceback?.utf8.count == (32 << 10) + 3)
    }
}
