import Foundation
import GRDB
import JobStore
import RoostCore
import SystemPackage
import TestSupport
import Testing

@testable import JobStoreSQLite

/// Rows that only a broken program writes, or one that means harm: none of them may stop the server or hide other jobs.
@Suite struct HostileRowTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    private func insert(_ values: String, columns: String = "id, model, status, created_at") async throws {
        try await store.database.write { try $0.execute(sql: "INSERT INTO jobs (\(columns)) VALUES (\(values))") }
    }

    @Test func `numbers at the end of their range are counted on`() async throws {
        let largest = Int64.max
        try await insert(
            "'huge', 'a/a', 'queued', '2026', \(largest), \(largest), \(largest), \(largest), -\(largest)",
            columns: "id, model, status, created_at, attempt, retry_count, max_retries, api_call_count, priority")
        let claim = try await store.claim()
        #expect(claim.jobID == "huge" && claim.attempt == 1)
        #expect(try await store.database.updateJob(claim) { $0.retryCount += 1 })
        #expect(try await store.finish(claim))
    }

    @Test(arguments: ["9e999", "-9e999"]) func `a progress without end is none, and JSON can say the job`(progress: String) async throws {
        try await insert("'endless', 'a/a', 'failed', '2026', \(progress)", columns: "id, model, status, created_at, progress")
        let job = try #require(try store.database.job(id: "endless"))
        #expect(job.progress == nil)
        #expect(try !JSONEncoder().encode(try await store.database.allJobs()).isEmpty)
    }

    @Test func `what is no text and no number in the side tables is read as SQLite reads it`() async throws {
        let job = try await store.create { $0.callbackURL = "http://caller" }
        let claim = try await store.claim()
        try await store.database.setFiles([JobFile(path: "f", size: 1, digest: "sha256:00")], of: claim)
        try await store.finish(claim)
        try await store.database.write { db in
            try db.execute(sql: "UPDATE job_events SET message = x'ff', kind = x'fe', time = 7")
            try db.execute(sql: "UPDATE job_files SET size = 'abc', verified = x'ff'")
            try db.execute(sql: "UPDATE job_webhooks SET attempts = 'x'")
        }
        #expect(try store.database.events(of: job.id).count == 3)
        #expect(try await store.database.files(of: job.id) == [JobFile(path: "f", size: 0, digest: "sha256:00")])
        #expect(try await store.database.dueWebhooks(limit: 1, after: "", excluding: []).calls.map(\.attempts) == [0])
        try await store.database.write { try $0.execute(sql: "UPDATE job_webhooks SET attempts = \(Int64.max)") }
        let due = try #require(try await store.database.dueWebhooks(limit: 1, after: "", excluding: []).calls.first)
        try await store.database.webhookFailed(due, error: "503", nextTry: nil)
        #expect(try store.database.nextWebhook() == nil)
    }

    @Test(arguments: [1, 2, 3, 5, 100]) func `pages end, and show every row once, whatever the times are`(size: Int) async throws {
        let times = [
            "CAST(x'323032362d80' AS TEXT)", "CAST(x'323032362d81' AS TEXT)", "'2026' || char(0) || 'a'", "'2026' || char(0) || 'b'", "x'ff00'",
            "''", "'Z'", "'now'", "17", "1e300", "'\(String(repeating: "9", count: 2000))'", "'2026-01-01T00:00:00.000Z'",
        ]
        var count = 0
        for time in times {
            for _ in 1...3 {
                count += 1
                try await insert("'job-\(count)', 'a/a', 'failed', \(time)")
            }
        }
        var filter = JobFilter(limit: size)
        var shown: [String] = []
        repeat {
            let page = try store.database.page(matching: filter)
            shown += page.jobs.map(\.id)
            filter.cursor = try page.next.map { try #require(JobCursor(parsing: $0.description)) }
        } while filter.cursor != nil && shown.count <= count
        #expect(shown.count == count && Set(shown).count == count)
    }

    @Test func `a time that means another one at each look does not keep the file from being opened`() async throws {
        let directory = try TemporaryDirectory()
        let row = "'now', 'org/now', 'auto', 0, 'queued', 'now', NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL"
        let file = try await DocumentedFile(in: directory.path, rows: [row])
        let database = try TestStore.open(file.path, store.clock)
        #expect(try await database.claimNextJob(owner: "one")?.id == "now")
        try database.close()
    }

    @Test func `a file that cannot be brought to the new schema leaves no backup for each try`() async throws {
        let directory = try TemporaryDirectory()
        let row = "'a', 'org/a', 'auto', 0, 'queued', '2026', NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL"
        let file = try await DocumentedFile(in: directory.path, rows: [row])
        let other = try DatabaseQueue(path: file.path)
        // A view in the place of a table that v1.5 needs.
        try await other.write { try $0.execute(sql: "CREATE VIEW job_events AS SELECT 1") }
        try other.close()
        for _ in 1...3 { #expect(throws: RoostError.self) { try TestStore.open(file.path, store.clock) } }
        let backups = (try? FileManager.default.contentsOfDirectory(atPath: directory.path.appending("backups").string)) ?? []
        #expect(backups.isEmpty, "\(backups)")
    }
}
