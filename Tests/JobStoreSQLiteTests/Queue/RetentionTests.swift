import Foundation
import GRDB
import JobStore
import JobStoreSQLite
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

    @Test func `a row with unreadable times is kept`() async throws {
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
        // Its webhook call is still pending.
        #expect(try await store.database.deleteOldJobs(days: 1, dryRun: true) == 0)
        #expect(try await store.database.deleteOldJobs(days: 1) == 0)
        for call in try await store.database.dueWebhooks(limit: 2, after: "", excluding: []).calls { try await store.database.webhookDelivered(call) }
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

    /// Jobs of a few models in any order of time, finished or not.
    private func fill(_ count: Int) async throws {
        try await store.database.write { [day = ago(days: 20)] in
            try $0.execute(
                sql: """
                    WITH RECURSIVE n(i, r) AS (SELECT 1, 7 UNION ALL SELECT i + 1, (r * 1103515245 + 12345) % 2147483648 FROM n WHERE i < \(count))
                    INSERT INTO jobs (id, model, status, created_at, finished_at)
                    SELECT 'job-' || i, 'org/' || (r / 7 % 4), CASE WHEN i % 5 = 0 THEN 'queued' WHEN i % 2 = 0 THEN 'failed' ELSE 'succeeded' END,
                        strftime('%Y-%m-%dT%H:%M:%fZ', julianday(?1) + r / 65536 % 100 / 10.0), strftime('%Y-%m-%dT%H:%M:%fZ', julianday(?1) + r / 65536 % 100 / 5.0)
                    FROM n
                    """, arguments: [day])
        }
    }

    @Test func `either rule, and both together, name what a look at each job names, over more rows than one look takes`() async throws {
        try await fill(12_000)
        let all = try await store.database.allJobs()
        func expected(days: Int?, keep: Int?) -> Set<String> {
            let cutoff = days.map { ago(days: Double($0)) }
            var seen: [String: Int] = [:]
            return Set(
                all.filter(\.status.isFinished).filter { job in
                    seen[job.model, default: 0] += 1
                    let isOld = cutoff.map { (job.finishedAt ?? job.createdAt).rawValue < $0 && job.createdAt.rawValue < $0 } ?? false
                    return isOld || keep.map { seen[job.model, default: 0] > $0 } ?? false
                }.map(\.id))
        }
        for (days, keep) in [(12, nil), (nil, 2000), (12, 2000), (3, 1)] as [(Int?, Int?)] {
            let count = try await store.database.pruneJobs(days: days, keep: keep, dryRun: true)
            #expect(count == expected(days: days, keep: keep).count && count > 0, "\(String(describing: days)) \(String(describing: keep))")
        }
        let gone = expected(days: 12, keep: 2000)
        #expect(try await store.database.pruneJobs(days: 12, keep: 2000, dryRun: false) == gone.count)
        #expect(try await remaining() == Set(all.map(\.id)).subtracting(gone))
    }

    @Test func `others write while very many go`() async throws {
        try await fill(20_000)
        let deleting = Task { [store] in try await store.database.pruneJobs(days: nil, keep: 1, dryRun: false) }
        var created = 0
        while try await store.database.jobCounts(of: [.failed, .succeeded]).values.reduce(0, +) > 4 {
            _ = try await store.create("new/name-\(created)")
            created += 1
        }
        #expect(try await deleting.value == 16_000 - 4)
        // A single transaction, or a few, would have left no room.
        #expect(created > 5)
    }

    @Test(arguments: [false, true]) func `a job with very much history and very many files goes in several transactions`(isPruned: Bool) async throws
    {
        let job = try await store.job(.failed, model: "a/a")
        _ = try await store.job(.succeeded, model: "a/a")
        try await store.database.write { db in
            try db.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
                    INSERT INTO job_events (job_id, time, kind, status) SELECT ?, '2026', 'note', 'running' FROM n
                    """, arguments: [job.id])
            try db.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
                    INSERT INTO job_files (job_id, path, size, digest) SELECT ?, 'f' || i, 1, 'sha256:00' FROM n
                    """, arguments: [job.id])
        }
        if isPruned {
            #expect(try await store.database.deleteJobs(butNewest: 1) == 1)
        } else {
            try await store.database.deleteJob(id: job.id)
        }
        #expect(try store.database.job(id: job.id) == nil)
        let strays = try await store.database.write { db in
            try ["job_events", "job_files"].map { try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0) WHERE job_id = ?", arguments: [job.id]) }
        }
        #expect(strays == [0, 0])
    }
}
