import Foundation
import GRDB
import JobStore
import RoostCore
import Testing

@Suite struct RetentionTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    private func insert(_ id: String, model: String = "a/a", status: String = "succeeded", created: String, finished: String?) async throws {
        try await store.database.write {
            try $0.execute(
                sql: "INSERT INTO jobs (id, model, status, created_at, finished_at) VALUES (?, ?, ?, ?, ?)",
                arguments: [id, model, status, created, finished])
        }
    }

    /// So many days ago, and seconds more.
    private func ago(days: Double, seconds: Double = 0) -> String {
        Timestamp(store.clock.date.addingTimeInterval(-86_400 * days - seconds)).rawValue
    }

    private func remaining() async throws -> Set<String> { Set(try await store.database.allJobs().map(\.id)) }

    @Test func `old finished jobs are deleted by time, whatever wrote them`() async throws {
        let old = String(ago(days: 10).prefix(19))
        let texts = [
            "ms": "\(old).123Z", "us": "\(old).123456Z", "s": "\(old)Z", "offset": "\(old)+00:00", "bare": old, "us-offset": "\(old).5+00:00",
        ]
        for (name, text) in texts { try await insert(name, status: name.count == 2 ? "failed" : "succeeded", created: text, finished: text) }
        try await insert("unknown end", created: "\(old)Z", finished: nil)
        try await insert("queued", status: "queued", created: old, finished: old)
        try await insert("running", model: "b/b", status: "running", created: old, finished: nil)
        try await insert("banana", status: "banana", created: old, finished: old)
        try await insert("just ended", created: "\(old)Z", finished: ago(days: 0, seconds: 10))
        let recent = try await store.job(.failed)
        #expect(try await store.database.deleteOldJobs(days: 30) == 0)
        #expect(try await store.database.deleteOldJobs(days: 7, dryRun: true) == 7)
        #expect(try await store.database.allJobs().count == 12)
        #expect(try await store.database.deleteOldJobs(days: 7) == 7)
        #expect(try await remaining() == ["queued", "running", "banana", "just ended", recent.id])
        #expect(try await store.database.deleteOldJobs(days: 7) == 0)
    }

    @Test func `the border is exact to the millisecond`() async throws {
        try await insert("before", created: ago(days: 8), finished: ago(days: 7, seconds: 0.001))
        try await insert("at", created: ago(days: 8), finished: ago(days: 7))
        try await insert("after", created: ago(days: 8), finished: ago(days: 7, seconds: -0.001))
        #expect(try await store.database.deleteOldJobs(days: 7) == 1)
        #expect(try await remaining() == ["at", "after"])
    }

    @Test func `a row whose times nobody can read is kept`() async throws {
        for text in ["", "yesterday", "banana", "2026-13-45T99:00:00Z"] { try await insert("odd \(text)", created: text, finished: text) }
        #expect(try await store.database.deleteOldJobs(days: 0) == 0)
        #expect(try await store.database.allJobs().count == 4)
    }

    @Test func `negative days and keeping none are refused`() async throws {
        let days = await #expect(throws: RoostError.self) { try await store.database.deleteOldJobs(days: -1) }
        #expect(days?.code == .invalidRequest && days?.field == "days")
        let keep = await #expect(throws: RoostError.self) { try await store.database.deleteJobs(butNewest: 0) }
        #expect(keep?.code == .invalidRequest && keep?.field == "keep")
        #expect(try await store.database.deleteOldJobs(days: .max) == 0)
        #expect(try await store.database.deleteJobs(butNewest: .max) == 0)
    }

    @Test func `of every model the newest finished jobs stay, and whatever is not finished`() async throws {
        var kept: Set<String> = []
        for model in ["a/a", "b/b"] {
            for index in 0..<5 {
                let job = try await store.job([.succeeded, .failed, .canceled][index % 3], model: model)
                if index >= 3 { kept.insert(job.id) }
            }
        }
        kept.insert(try await store.job(.succeeded, model: "c/c").id)
        for state in [JobState.queued, .running, .odd] { kept.insert(try await store.job(state, model: "d/\(state)").id) }
        #expect(try await store.database.deleteJobs(butNewest: 2, dryRun: true) == 6)
        #expect(try await store.database.deleteJobs(butNewest: 2) == 6)
        #expect(try await remaining() == kept)
        #expect(try await store.database.deleteJobs(butNewest: 2) == 0)
    }

    @Test func `what hangs on a deleted job goes with it, and nothing else`() async throws {
        let (old, young) = (
            try await store.create("a/a") { $0.callbackURL = "http://a" }, try await store.create("b/b") { $0.callbackURL = "http://b" }
        )
        for _ in [old, young] {
            let claim = try await store.claim()
            try await store.database.setFiles([JobFile(path: "f", size: 1, digest: "sha256:00")], of: claim)
            try await store.finish(claim)
            store.clock.advance(by: 86_400)
        }
        // Somebody has yet to be called about it.
        #expect(try await store.database.deleteOldJobs(days: 1, dryRun: true) == 0)
        #expect(try await store.database.deleteOldJobs(days: 1) == 0)
        for call in try store.database.dueWebhooks(limit: 2) { try await store.database.webhookDelivered(call) }
        #expect(try await store.database.deleteOldJobs(days: 1) == 1)
        let counts = try await store.database.write { db in
            try ["job_events", "job_files", "job_webhooks"].map { try String.fetchAll(db, sql: "SELECT DISTINCT job_id FROM \($0)") }
        }
        #expect(counts == [[young.id], [young.id], [young.id]])
    }

    @Test func `thousands go in several transactions, and a job that is tried again in the meantime stays`() async throws {
        try await store.database.write { [old = ago(days: 10)] in
            try $0.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
                    INSERT INTO jobs (id, model, status, created_at, finished_at) SELECT 'old-' || i, 'org/' || i, 'failed', ?, ? FROM n
                    """, arguments: [old, old])
        }
        async let deleted = store.database.deleteOldJobs(days: 7)
        let retried = try? await store.database.retryJob(id: "old-2400")
        #expect(try await deleted == (retried == nil ? 2500 : 2499))
        #expect(try await remaining() == (retried == nil ? [] : ["old-2400"]))
    }
}
