import Foundation
import GRDB
import JobStore
import JobStoreSQLite
import Logging
import RoostCore
import SystemPackage
import TestSupport
import Testing

@Suite struct JobSchemaTests {
    let store: TestStore

    init() throws { store = try TestStore() }

    @Test func `the table has the sixteen documented columns first, then those of v1_5 to v1_7, with their types and defaults`() async throws {
        let raw = try store.otherProgram()
        let columns = try raw.read { try Row.fetchAll($0, sql: "PRAGMA table_info(jobs)") }
        let described = columns.map { row in
            let notNull = (row["notnull"] as Int) == 1 ? " NOT NULL" : ""
            let fallback = (row["dflt_value"] as String?).map { " DEFAULT \($0)" } ?? ""
            let key = (row["pk"] as Int) == 1 ? " PRIMARY KEY" : ""
            return "\(row["name"] as String) \(row["type"] as String)\(key)\(notNull)\(fallback)"
        }
        #expect(
            described == [
                "id TEXT PRIMARY KEY", "model TEXT NOT NULL", "quantize TEXT", "init BOOLEAN", "status TEXT NOT NULL DEFAULT 'queued'",
                "created_at TEXT NOT NULL", "started_at TEXT", "finished_at TEXT", "error TEXT", "traceback TEXT", "local_path TEXT",
                "size_bytes INTEGER", "downloaded_bytes INTEGER DEFAULT 0", "progress REAL", "total_bytes INTEGER", "preferred_quantized BOOLEAN",
                "stage TEXT", "revision TEXT", "user_id TEXT", "workspace_id TEXT", "priority INTEGER NOT NULL DEFAULT 0",
                "retry_count INTEGER NOT NULL DEFAULT 0", "max_retries INTEGER", "run_after TEXT", "tags TEXT",
                "api_call_count INTEGER NOT NULL DEFAULT 0", "last_api_call TEXT", "owner TEXT", "attempt INTEGER NOT NULL DEFAULT 0",
                "allow_patterns TEXT", "ignore_patterns TEXT", "max_bytes_per_second INTEGER",
                "interruptions INTEGER NOT NULL DEFAULT 0", "interrupted_bytes INTEGER NOT NULL DEFAULT 0",
            ])
        // The last two are the store's own.
        #expect(described.dropLast(2).map { String($0.prefix(while: { $0 != " " })) } == Job.CodingKeys.allCases.map(\.rawValue))
    }

    @Test func `the file says whose it is and of which schema`() async throws {
        let raw = try store.otherProgram()
        let numbers = try await raw.read { database in
            [try Int.fetchOne(database, sql: "PRAGMA application_id"), try Int.fetchOne(database, sql: "PRAGMA user_version")]
        }
        #expect(numbers == [0x526F_6F73, 17])
    }

    @Test func `the file is private and its writer syncs every commit`() async throws {
        for name in [store.path, store.path + "-wal", store.path + "-shm"] {
            #expect(try FileManager.default.attributesOfItem(atPath: name)[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        #expect(try await store.database.journalSettings() == ["wal", "2"])
        // Progress is committed without an fsync; the next change has one again.
        let job = try await store.create()
        let claim = try await store.claim()
        #expect(try await store.database.updateJob(claim, isProgress: true) { $0.progress = 0.5 })
        #expect(try await store.database.journalSettings() == ["wal", "2"])
        #expect(try store.database.job(id: job.id)?.progress == 0.5)
    }

    @Test func `a file that is no database is refused with a sentence and stays as it was`() throws {
        let other = try store.directory.write("other.db", Array("This is not a database, it is a letter to a friend.".utf8))
        let before = FileManager.default.contents(atPath: other.string)
        let error = #expect(throws: RoostError.self) { try JobDatabase(path: other.string, logger: Logger(label: "test")) }
        #expect(error?.code == .database)
        #expect(error?.message.contains("not a SQLite database") == true)
        #expect(FileManager.default.contents(atPath: other.string) == before)
    }

    @Test func `a jobs table that is not ours is refused`() async throws {
        let other = store.directory.path.appending("foreign.db").string
        let foreign = try DatabaseQueue(path: other)
        try await foreign.write { try $0.execute(sql: "CREATE TABLE jobs (name TEXT, salary INTEGER)") }
        try foreign.close()
        let error = #expect(throws: RoostError.self) { try JobDatabase(path: other, logger: Logger(label: "test")) }
        #expect(error?.code == .database)
    }
}
