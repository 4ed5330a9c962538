import Foundation
import GRDB
import JobStore
import JobStoreSQLite
import RoostCore
import Testing

@Suite struct FileMaintenanceTests {
    @Test func `a planned migration tells everything and changes nothing`() throws {
        let sample = try SampleFile(documented: 120)
        try sample.write { try $0.execute(sql: "CREATE INDEX jobs_by_creation ON jobs (created_at)") }
        let before = try sample.snapshot()
        let plan = try JobFileMigration(planning: sample.path, backups: sample.backups)
        #expect(try sample.snapshot() == before)
        #expect(plan.isNeeded && plan.schema == "v1.0" && plan.target == "v1.7" && plan.jobs == 120)
        #expect(plan.columns.starts(with: ["stage", "revision", "user_id"]) && plan.columns.count == 18)
        #expect(plan.tables == ["job_events", "job_files", "job_webhooks", "job_tags"])
        #expect(plan.indexes.contains("jobs_in_queue") && plan.indexes.contains("jobs_deleted"))
        #expect(plan.droppedIndexes == ["jobs_by_creation"])
        #expect(plan.backup?.hasSuffix("-before-migration.db") == true)
    }

    @Test func `a migration does what was planned and saves the file first`() throws {
        let sample = try SampleFile(documented: 120)
        let rows = try sample.read { try Row.fetchAll($0, sql: "SELECT * FROM jobs ORDER BY rowid") }
        let date = Date()
        let plan = try JobFileMigration(planning: sample.path, backups: sample.backups, date: date)
        let done = try JobFileMigration.run(sample.path, backups: sample.backups, date: date)
        #expect(done == plan)
        #expect(try JobFileInspection(path: try #require(done.backup)).kind == .documented(rows: 120))
        #expect(try JobFileInspection(path: sample.path).kind == .current)
        #expect(try FileManager.default.attributesOfItem(atPath: sample.path)[.posixPermissions] as? Int == 0o600)
        let columns = "id, model, quantize, init, status, created_at, started_at, finished_at, error, traceback, local_path, size_bytes, "
        let after = try sample.read {
            try Row.fetchAll($0, sql: "SELECT \(columns) downloaded_bytes, progress, total_bytes, preferred_quantized FROM jobs ORDER BY rowid")
        }
        #expect(after == rows)
        let again = try JobFileMigration.run(sample.path, backups: sample.backups)
        #expect(!again.isNeeded && again.columns == [] && again.backup == nil && again.jobs == 120)
        #expect(sample.backups.list().count == 1)
    }

    @Test func `a file of v1.5 gets the new columns and a finer index of what is identical, after a backup`() async throws {
        let sample = try SampleFile(current: 20)
        try sample.write { database in
            try database.execute(sql: "DROP INDEX jobs_active")
            for column in ["allow_patterns", "ignore_patterns", "max_bytes_per_second", "interruptions", "interrupted_bytes"] {
                try database.execute(sql: "ALTER TABLE jobs DROP COLUMN \(column)")
            }
            try database.execute(
                sql: """
                    CREATE UNIQUE INDEX jobs_active ON jobs (model, coalesce(quantize, ''), coalesce(init, 0), coalesce(revision, ''))
                    WHERE status IN ('queued', 'running') AND max_retries IS NOT NULL;
                    PRAGMA user_version = 15
                    """)
        }
        #expect(try JobFileInspection(path: sample.path).kind == .earlier(version: 15))
        let rows = try sample.read { try Row.fetchAll($0, sql: "SELECT * FROM jobs ORDER BY rowid") }
        let plan = try JobFileMigration(planning: sample.path, backups: sample.backups)
        #expect(plan.schema == "v1.5" && plan.target == "v1.7" && plan.columns.count == 5 && plan.tables == [])
        #expect(plan.indexes == ["jobs_active"] && plan.droppedIndexes == ["jobs_active"])
        let store = try sample.store()
        var pull = NewPull(model: try ModelReference(parsing: "a/b"))
        let whole = try await store.createJob(pull)
        pull.allowPatterns = ["*.json", "*.md"]
        let part = try await store.createJob(pull)
        pull.allowPatterns = ["*.md", "*.json", "*.md"]
        let same = try await store.createJob(pull)
        try store.close()
        #expect(whole.id != part.id && same.id == part.id && part.allowPatterns == ["*.json", "*.md"])
        #expect(sample.backups.list().map(\.reason) == [.beforeMigration])
        let after = try sample.read { try Row.fetchAll($0, sql: "SELECT * FROM jobs ORDER BY rowid LIMIT 20") }
        let columns = Array(rows[0].columnNames)
        #expect(after.map { row in columns.map { row[$0] as DatabaseValue } } == rows.map { row in columns.map { row[$0] as DatabaseValue } })
    }

    @Test func `a file of v1.6 gets its tags listed, after a backup`() async throws {
        let sample = try SampleFile(current: 20)
        try sample.write { database in
            try database.execute(
                sql: """
                    UPDATE jobs SET tags = '["red","round"]' WHERE rowid <= 3;
                    UPDATE jobs SET tags = '["red"' WHERE rowid = 4;
                    UPDATE jobs SET tags = '[7,"red",null,"red"]' WHERE rowid = 5;
                    DROP TRIGGER jobs_tagged; DROP TRIGGER jobs_retagged; DROP TRIGGER jobs_deleted; DROP TABLE job_tags; DROP INDEX job_webhooks_by_receiver;
                    CREATE TRIGGER jobs_deleted AFTER DELETE ON jobs BEGIN
                        DELETE FROM job_events WHERE job_id = old.id;
                        DELETE FROM job_files WHERE job_id = old.id;
                        DELETE FROM job_webhooks WHERE job_id = old.id;
                    END;
                    ALTER TABLE jobs DROP COLUMN interruptions; ALTER TABLE jobs DROP COLUMN interrupted_bytes;
                    CREATE INDEX jobs_with_tags ON jobs (rtrim(substr(created_at, 1, 64), 'Z')) WHERE tags IS NOT NULL;
                    PRAGMA user_version = 16
                    """)
        }
        let plan = try JobFileMigration(planning: sample.path, backups: sample.backups)
        #expect(plan.schema == "v1.6" && plan.target == "v1.7" && plan.tables == ["job_tags"])
        #expect(plan.columns == ["interruptions", "interrupted_bytes"])
        #expect(plan.droppedIndexes == ["jobs_with_tags"] && plan.indexes.contains("jobs_tagged") && plan.indexes.contains("job_tags_by_job"))
        let all = try sample.read { try String.fetchAll($0, sql: "SELECT id FROM jobs ORDER BY rowid LIMIT 5") }
        let store = try sample.store()
        var filter = JobFilter()
        for (tag, expected) in [("red", [0, 1, 2, 4]), ("round", [0, 1, 2]), ("7", [])] {
            filter.tag = tag
            #expect(Set(try await store.completePage(matching: filter).jobs.map(\.id)) == Set(expected.map { all[$0] }), "\(tag)")
        }
        try store.close()
        #expect(sample.backups.list().map(\.reason) == [.beforeMigration])
    }

    @Test func `there is no migration of nothing and of other programs' files`() throws {
        let nothing = try SampleFile()
        #expect(throws: RoostError.self) { try JobFileMigration.run(nothing.path, backups: nothing.backups) }
        #expect(try nothing.snapshot() == [:])
        let foreign = try SampleFile(documented: 1)
        try foreign.write { try $0.execute(sql: "PRAGMA user_version = 3") }
        let before = try foreign.snapshot()
        #expect(throws: RoostError.self) { try JobFileMigration.run(foreign.path, backups: foreign.backups) }
        #expect(try foreign.snapshot() == before)
    }

    @Test func `vacuum gives room back and keeps every row and its number`() throws {
        let sample = try SampleFile(current: 3000)
        try sample.write { try $0.execute(sql: "DELETE FROM jobs WHERE rowid % 10 != 0") }
        func numbers() throws -> [Row] { try sample.read { try Row.fetchAll($0, sql: "SELECT rowid, id FROM jobs ORDER BY rowid") } }
        let before = try numbers()
        let free = try JobFileStatistics(path: sample.path).freePages
        let summary = try JobFileVacuum.run(sample.path)
        #expect(free > 100 && summary.bytesAfter * 2 < summary.bytesBefore)
        #expect(try numbers() == before)
        #expect(try JobFileStatistics(path: sample.path).freePages == 0)
        #expect(try JobFileCheck.integrityCheck(sample.path) == [])
    }

    @Test func `statistics count while the store writes`() async throws {
        let sample = try SampleFile(current: 50)
        let store = try sample.store()
        defer { try? store.close() }
        try await store.write { try $0.execute(sql: "UPDATE jobs SET status = 'banana' WHERE id = 'job-00007'") }
        let statistics = try JobFileStatistics(path: sample.path)
        #expect(statistics.jobs == 50 && statistics.jobsByStatus == ["succeeded": 49, "banana": 1])
        #expect(statistics.events == 100 && statistics.schema == "v1.7" && statistics.journalMode == "wal")
        #expect(statistics.oldestJob?.rawValue == "2026-01-01T00:00:01.000Z" && statistics.newestJob?.rawValue == "2026-01-01T00:00:50.000Z")
        #expect(statistics.fileBytes == statistics.pages * statistics.pageBytes && statistics.logBytes > 0)
    }

    @Test func `statistics of a v1.0 file`() throws {
        let sample = try SampleFile(documented: 20)
        let statistics = try JobFileStatistics(path: sample.path)
        #expect(statistics.schema == "v1.0" && statistics.jobs == 20 && statistics.events == 0 && statistics.journalMode == "delete")
    }

    @Test func `a check finds a damaged page, and an index that does not fit its table only in full`() throws {
        let sample = try SampleFile(current: 1000)
        #expect(try JobFileCheck.quickCheck(sample.path) == [] && JobFileCheck.integrityCheck(sample.path) == [])
        let odd = try SampleFile(current: 100)
        try odd.write { database in
            // An index that lost its rows, as a bug in another program may leave it.
            try database.execute(sql: "PRAGMA writable_schema = ON")
            try database.execute(
                sql: "UPDATE sqlite_master SET sql = replace(sql, 'model, ', 'quantize, ') WHERE name = 'jobs_by_model'")
        }
        #expect(try JobFileCheck.quickCheck(odd.path) == [])
        #expect(try JobFileCheck.integrityCheck(odd.path) != [])
        try sample.damage(page: sample.page(ofJob: 500))
        #expect(try JobFileCheck.quickCheck(sample.path) != [])
        #expect(throws: RoostError.self) { try JobFileCheck.quickCheck(sample.path + ".no") }
    }
}
