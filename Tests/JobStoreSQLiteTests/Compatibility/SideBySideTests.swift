import Foundation
import GRDB
import JobStore
import JobStoreSQLite
import RoostCore
import Synchronization
import Testing

/// A program that knows only the sixteen columns, beside the running server.
@Suite struct SideBySideTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    private static let insert =
        "INSERT INTO jobs (\(DocumentedFile.columns.joined(separator: ", "))) VALUES (\(repeatElement("?", count: 16).joined(separator: ", ")))"

    private func values(_ id: String, model: String = "org/name") -> StatementArguments {
        [id, model, "auto", false, "queued", "2026-01-01T00:00:00.123456Z", nil, nil, nil, nil, nil, nil, 0, nil, nil, nil]
    }

    @Test func `what an old program inserts is seen, claimed and run`() async throws {
        let old = try store.otherProgram()
        try await old.write { [values = values("old")] in try $0.execute(sql: Self.insert, arguments: values) }
        let job = try #require(try store.database.job(id: "old"))
        #expect(job.status == .queued && job.priority == 0 && job.maxRetries == nil && job.tags == nil)
        #expect(try store.kinds(of: "old").isEmpty)
        let claim = try await store.claim()
        #expect(claim.jobID == "old")
        #expect(try await store.finish(claim))
        let row = try old.read { try Row.fetchOne($0, sql: "SELECT * FROM jobs WHERE id = 'old'") }
        #expect(row?["status"] as String? == "succeeded" && row?["finished_at"] as String? == store.now.rawValue)
        #expect(row?["created_at"] as String? == "2026-01-01T00:00:00.123456Z")
        #expect(row.map { Array($0.columnNames.prefix(16)) } == DocumentedFile.columns)
    }

    @Test func `an old program may insert a pull that is active already, and ours is still joined`() async throws {
        let ours = try await store.create()
        let old = try store.otherProgram()
        try await old.write { [one = values("old-1"), two = values("old-2")] in
            try $0.execute(sql: Self.insert, arguments: one)
            try $0.execute(sql: Self.insert, arguments: two)
        }
        #expect(try await store.create().id == ours.id)
        var claimed: Set<String> = []
        while let claim = try await store.database.claimNextJob(owner: "one")?.claim {
            claimed.insert(claim.jobID)
            #expect(try await store.finish(claim))
        }
        #expect(claimed == [ours.id, "old-1", "old-2"])
    }

    @Test func `changes of an old program are visible, and a worker that lost its job to it is refused`() async throws {
        let job = try await store.create()
        let claim = try await store.claim()
        let old = try store.otherProgram()
        try await old.write {
            try $0.execute(sql: "UPDATE jobs SET status = 'failed', error = 'stopped', progress = 7.5 WHERE id = ?", arguments: [job.id])
        }
        #expect(try store.database.job(id: job.id)?.error == "stopped")
        #expect(try await store.finish(claim) == false)
        #expect(try store.database.job(id: job.id)?.status == .failed)
        // Our rules judge what we change, not what is there.
        #expect(try await store.database.retryJob(id: job.id).progress == 7.5)
    }

    @Test func `a job that an old program deletes takes its history, files and calls with it`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller" }
        let kept = try await store.create("kept/kept")
        let claim = try await store.claim()
        try await store.database.setFiles([JobFile(path: "a", size: 1, digest: "sha256:00")], of: claim)
        let old = try store.otherProgram()
        try await old.write { try $0.execute(sql: "DELETE FROM jobs WHERE id = ?", arguments: [job.id]) }
        #expect(try store.database.job(id: job.id) == nil)
        #expect(try store.kinds(of: job.id).isEmpty)
        #expect(try await store.database.files(of: job.id).isEmpty)
        #expect(try await old.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM job_webhooks") } == 0)
        #expect(try await store.finish(claim) == false)
        #expect(try store.kinds(of: kept.id) == ["created"])
    }

    @Test func `a write lock that another program holds for two seconds delays changes and fails none`() async throws {
        let job = try await store.create()
        let old = try store.otherProgram()
        let (locks, locked) = AsyncStream<Void>.makeStream()
        let isHeld = Atomic(true)
        let holder = Task.detached {
            try old.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    try db.execute(sql: "UPDATE jobs SET error = 'held' WHERE id = ?", arguments: [job.id])
                    locked.yield()
                    Thread.sleep(forTimeInterval: 2)
                    isHeld.store(false, ordering: .sequentiallyConsistent)
                    return .commit
                }
            }
        }
        for await _ in locks { break }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<20 { group.addTask { [store] in _ = try await store.create("org/name-\(index)") } }
            group.addTask { [store] in _ = try await store.database.prioritizeJob(id: job.id, priority: 5) }
            for try await _ in group {
                let isEarly = isHeld.load(ordering: .sequentiallyConsistent)
                #expect(!isEarly)
            }
        }
        try await holder.value
        let after = try #require(try store.database.job(id: job.id))
        #expect(after.error == "held" && after.priority == 5)
        #expect(try await store.database.allJobs().count == 21)
    }

    @Test func `readers go on while another program holds the write lock`() async throws {
        let job = try await store.create()
        let old = try store.otherProgram()
        try await old.writeWithoutTransaction { [store] db in
            try db.inTransaction(.immediate) {
                try db.execute(sql: "UPDATE jobs SET error = 'not yet' WHERE id = ?", arguments: [job.id])
                #expect(try store.database.job(id: job.id) == job)
                #expect(try store.database.page(matching: JobFilter(limit: 5)).jobs == [job])
                return .rollback
            }
        }
    }
}
