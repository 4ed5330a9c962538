import GRDB
import JobStore
import RoostCore
import Synchronization
import Testing

@testable import JobStoreSQLite

/// The plans of the very statements that the store runs, heard at its connections: a copy of the SQL here would not notice a change there.
@Suite struct QueryPlanTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    /// The statements that a piece of work runs on the first reader, with their arguments in them.
    private func statements(_ work: () async throws -> Void) async throws -> [String] {
        let heard = Heard()
        try store.database.readers.read { db in db.trace { heard.add($0) } }
        try await work()
        try store.database.readers.read { $0.trace(options: []) }
        return heard.statements.filter { $0.hasPrefix("SELECT") }
    }

    private func plan(of statement: String) async throws -> String {
        try await store.database.write { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(statement)").map { $0["detail"] as String }.joined(separator: "; ")
        }
    }

    /// Many finished jobs, so that a bad plan would be slow too.
    private func fill() async throws {
        try await store.database.write {
            try $0.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
                    INSERT INTO jobs (id, model, status, created_at, user_id, workspace_id, tags)
                    SELECT 'job-' || i, 'org/' || (i % 50), CASE WHEN i % 100 = 0 THEN 'queued' ELSE 'succeeded' END,
                        strftime('%Y-%m-%dT%H:%M:%fZ', 1700000000 + i, 'unixepoch'), 'user-' || (i % 20), 'workspace-' || (i % 10),
                        CASE WHEN i % 7 = 0 THEN '["red"]' END FROM n
                    """)
            while try JobTags.areWaiting($0) { try JobTags.listWaiting($0) }
        }
    }

    @Test(
        arguments: [false, true],
        ["", "status", "model", "user", "workspace", "tag", "since", "tag since", "status user", "model tag since", "user tag workspace"])
    func `a page comes from an index in order`(isAnalyzed: Bool, conditions: String) async throws {
        try await fill()
        if isAnalyzed { try await store.database.write { try $0.execute(sql: "ANALYZE") } }
        var filter = JobFilter(limit: 50)
        for condition in conditions.split(separator: " ") {
            switch condition {
            case "status": filter.status = .succeeded
            case "model": filter.model = "org/7"
            case "user": filter.userID = "user-7"
            case "workspace": filter.workspaceID = "workspace-7"
            case "tag": filter.tag = "red"
            default: filter.since = Timestamp(rawValue: "2023-11-14T22:13:21.000Z")
            }
        }
        let first = try await statements { filter.cursor = try store.database.page(matching: filter).next }
        if filter.cursor == nil { filter.cursor = JobPlace(key: Array("2023-11-14T22:30:00.000".utf8), row: 1000).cursor }
        let second = try await statements { _ = try store.database.page(matching: filter) }
        #expect(!first.isEmpty && !second.isEmpty)
        for statement in first + second {
            let plan = try await plan(of: statement)
            // Jobs of one tag and one millisecond are sorted among themselves.
            let sorted = plan.replacing("SEARCH job_tags USING PRIMARY KEY", with: "USING INDEX jobs_")
                .replacing("USE TEMP B-TREE FOR RIGHT PART OF ORDER BY", with: "").replacing("USE TEMP B-TREE FOR LAST TERM OF ORDER BY", with: "")
            #expect(sorted.contains("USING INDEX jobs_") || sorted.contains("USING COVERING INDEX jobs_"), "\(conditions): \(plan)")
            #expect(!sorted.contains("TEMP B-TREE"), "\(conditions): \(plan)")
            #expect(!plan.contains("MULTI-INDEX") && !plan.contains("SCAN job_tags"), "\(conditions): \(plan)")
        }
    }

    @Test(arguments: [false, true]) func `the begin of an id is looked up among the ids`(isAnalyzed: Bool) async throws {
        try await fill()
        if isAnalyzed { try await store.database.write { try $0.execute(sql: "ANALYZE") } }
        var filter = JobFilter(limit: 10)
        filter.idPrefix = "job-77"
        let statements = try await statements { _ = try store.database.page(matching: filter) }
        #expect(statements.count == 1)
        for statement in statements {
            let plan = try await plan(of: statement)
            #expect(plan.contains("(id>? AND id<?)"), "\(plan)")
        }
    }

    @Test(arguments: [false, true]) func `the queue is looked at through its index, on the reader and on the writer`(isAnalyzed: Bool) async throws {
        try await fill()
        if isAnalyzed { try await store.database.write { try $0.execute(sql: "ANALYZE") } }
        let heard = Heard()
        try await store.database.writer.withoutTransaction { db in db.trace { heard.add($0) } }
        let onReader = try await statements { _ = try await store.claim() }
        try await store.database.writer.withoutTransaction { $0.trace(options: []) }
        let onWriter = heard.statements.filter { $0.contains("run_after IS NULL") }
        #expect(onReader.count == 1 && onWriter.count == 1)
        for statement in onReader + onWriter {
            let plan = try await plan(of: statement)
            #expect(plan.contains("USING INDEX jobs_in_queue"), "\(plan)")
            #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
        }
    }

    @Test func `one job, its history and the time of the next call come from indexes`() async throws {
        try await fill()
        let heard = try await statements {
            _ = try store.database.job(id: "job-7")
            _ = try store.database.events(of: "job-7", after: 3)
            _ = try store.database.events(after: 3)
            _ = try store.database.nextWebhook()
            _ = try store.database.page(matching: JobFilter(limit: 1))
        }
        #expect(heard.count == 5)
        for statement in heard {
            let plan = try await plan(of: statement)
            let isOrdered = plan.hasPrefix("SEARCH") || plan.hasPrefix("SCAN jobs USING INDEX jobs_by_time")
            #expect(isOrdered && !plan.contains("TEMP B-TREE"), "\(statement): \(plan)")
        }
    }

    @Test(arguments: [false, true]) func `the history of a user is found through the user's jobs`(isAnalyzed: Bool) async throws {
        try await fill()
        if isAnalyzed { try await store.database.write { try $0.execute(sql: "ANALYZE") } }
        let heard = Heard()
        for reader in store.database.readers.aside { try await reader.unsafeRead { $0.trace(options: .statement) { heard.add($0) } } }
        _ = try await store.database.history(of: .user("user-7"), after: 3, limit: 10)
        _ = try await store.database.lastEventNumber(of: .user("user-7"))
        let statements = heard.statements.filter { $0.hasPrefix("SELECT") }
        #expect(statements.count == 3)
        for statement in statements {
            let plan = try await plan(of: statement)
            #expect(plan.contains("INDEX job_events_by_job (job_id=?") && plan.contains("INDEX jobs_by_user (user_id=?"), "\(plan)")
            #expect(!plan.contains("SCAN"), "\(plan)")
        }
    }

    @Test(arguments: [nil, 3]) func `retention, due calls, files and the history are looked for through indexes`(keep: Int?) async throws {
        try await fill()
        let call = "INSERT INTO job_webhooks (job_id, url, next_try) VALUES ('job-7', 'http://a', '2020'), ('job-9', 'http://b', '2020')"
        try await store.database.write { try $0.execute(sql: call) }
        let heard = Heard()
        let listen = { (isOn: Bool) in
            for reader in store.database.readers.aside {
                try await reader.unsafeRead { db in db.trace(options: isOn ? .statement : []) { heard.add($0) } }
            }
        }
        try await listen(true)
        _ = try await store.database.pruneJobs(days: 1, keep: keep, dryRun: true)
        _ = try await store.database.dueWebhooks(limit: 5, after: "", excluding: [])
        _ = try await store.database.files(of: "job-7")
        _ = try await store.database.history(of: .job("job-7"), after: 3, limit: 10)
        try await listen(false)
        let statements = heard.statements.filter { $0.hasPrefix("SELECT") }
        #expect(statements.count >= 7)
        for statement in statements {
            let plan = try await plan(of: statement)
            #expect(
                plan.contains("USING INDEX") || plan.contains("USING COVERING INDEX") || plan.contains("USING PRIMARY KEY"), "\(statement): \(plan)")
            #expect(!plan.contains("TEMP B-TREE"), "\(statement): \(plan)")
        }
    }
}

/// What was heard, from whichever thread.
private final class Heard: Sendable {
    private let texts = Mutex<[String]>([])
    var statements: [String] { texts.withLock(\.self) }

    func add(_ event: Database.TraceEvent) {
        guard case .statement(let statement) = event else { return }
        texts.withLock { $0.append(statement.expandedSQL) }
    }
}
