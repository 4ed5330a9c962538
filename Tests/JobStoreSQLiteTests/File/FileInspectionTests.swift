import Foundation
import GRDB
import JobStoreSQLite
import RoostCore
import SystemPackage
import TestSupport
import Testing

@Suite struct FileInspectionTests {
    func sentence(_ sample: SampleFile) throws -> String {
        let inspection = try JobFileInspection(path: sample.path)
        let error = #expect(throws: RoostError.self) { try inspection.refuseUnusable() }
        #expect(error?.code == .database)
        return error?.message ?? ""
    }

    @Test func `nothing, an empty file and a database without a table are absent`() throws {
        let sample = try SampleFile()
        #expect(try JobFileInspection(path: sample.path).kind == .absent)
        try sample.directory.write("jobs.db", [])
        #expect(try JobFileInspection(path: sample.path).kind == .absent)
        try sample.write { try $0.execute(sql: "CREATE TABLE gone (x); DROP TABLE gone") }
        #expect(try JobFileInspection(path: sample.path).kind == .absent)
        try JobFileInspection(path: sample.path).refuseUnusable()
    }

    @Test(arguments: [0, 1, 2500]) func `a v1.0 file is known by its columns, and counted`(rows: Int) throws {
        let sample = try SampleFile(documented: rows)
        let before = try sample.snapshot()
        #expect(try JobFileInspection(path: sample.path).kind == .documented(rows: rows))
        #expect(try sample.snapshot() == before)
    }

    @Test func `a file of this version is known, and nothing appears beside it`() throws {
        let sample = try SampleFile(current: 10)
        let before = try sample.snapshot()
        #expect(try JobFileInspection(path: sample.path).kind == .current)
        #expect(try sample.snapshot() == before)
    }

    @Test func `a path with signs that mean something in a URL is read`() throws {
        let sample = try SampleFile(documented: 3)
        let odd = sample.directory.path.appending("a b?c#d%20é&mode=rw.db").string
        try FileManager.default.copyItem(atPath: sample.path, toPath: odd)
        #expect(try JobFileInspection(path: odd).kind == .documented(rows: 3))
    }

    @Test func `the write-ahead log counts: a migration that is only there is seen`() throws {
        let sample = try SampleFile(documented: 5)
        let queue = try sample.connection()
        try queue.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA application_id = 0x526F6F73; PRAGMA user_version = 17")
        }
        let copy = try SampleFile()
        for suffix in ["", "-wal"] { try FileManager.default.copyItem(atPath: sample.path + suffix, toPath: copy.path + suffix) }
        try queue.close()
        #expect(copy.bytes[60..<72].allSatisfy { $0 == 0 })
        let before = try copy.snapshot()
        #expect(try JobFileInspection(path: copy.path).kind == .current)
        #expect(try copy.snapshot().filter { !$0.key.hasSuffix("-shm") } == before)
    }

    @Test(arguments: [
        ("PRAGMA application_id = 1", "another program"), ("PRAGMA user_version = 3", "not Roost's application_id"),
        ("PRAGMA application_id = 0x526F6F73; PRAGMA user_version = 3", "no version of Roost"),
        ("DROP TABLE jobs; CREATE TABLE people (name TEXT)", "no table `jobs`"),
        ("DROP TABLE jobs; CREATE TABLE people (name TEXT); CREATE VIEW jobs AS SELECT * FROM people", "no table `jobs`"),
        ("DROP TABLE jobs; CREATE TABLE jobs (name TEXT, salary INTEGER)", "documented columns"),
        ("PRAGMA application_id = 0x526F6F73; PRAGMA user_version = 18", "newer version"),
    ]) func `a file that is not ours is refused and stays as it was`(change: String, phrase: String) throws {
        let sample = try SampleFile(documented: 3)
        try sample.write { try $0.execute(sql: change) }
        let before = try sample.snapshot()
        #expect(try sentence(sample).contains(phrase))
        #expect(throws: RoostError.self) { try sample.store() }
        #expect(throws: RoostError.self) { try sample.recover() }
        #expect(try sample.snapshot() == before)
    }

    @Test(arguments: [1, 1000]) func `a file that is no database is refused and stays as it was`(sentences: Int) throws {
        let sample = try SampleFile()
        try sample.directory.write("jobs.db", Array(String(repeating: "This is a letter to a friend. ", count: sentences).utf8))
        let before = try sample.snapshot()
        #expect(try sentence(sample).contains("not a SQLite database"))
        #expect(throws: RoostError.self) { try sample.store() }
        #expect(throws: RoostError.self) { try sample.recover() }
        #expect(try sample.snapshot() == before)
    }

    @Test func `a foreign file in WAL mode is refused, and nothing appears beside it`() throws {
        let sample = try SampleFile()
        let queue = try sample.connection()
        try queue.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA journal_mode = WAL; CREATE TABLE people (name TEXT); PRAGMA wal_checkpoint(TRUNCATE)")
        }
        try queue.close()
        let before = try sample.snapshot()
        #expect(try sentence(sample).contains("no table `jobs`"))
        #expect(try sample.snapshot() == before)
    }

    @Test func `what a killed program began in a v1.0 file is looked at without rolling it back, and opened with it rolled back`() throws {
        let sample = try SampleFile(documented: 100)
        let killed = try SampleFile()
        let queue = try sample.connection()
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA cache_size = 1; PRAGMA cache_spill = 1")
            try database.inTransaction {
                try SampleFile.insert(101...5000, into: database, events: false, count: 4900)
                for suffix in ["", "-journal"] { try FileManager.default.copyItem(atPath: sample.path + suffix, toPath: killed.path + suffix) }
                return .rollback
            }
        }
        let before = try killed.snapshot()
        guard case .documented = try JobFileInspection(path: killed.path).kind else {
            Issue.record("not seen as a v1.0 file")
            return
        }
        #expect(try killed.snapshot() == before)
        let store = try killed.store()
        #expect(store.recovery == nil)
        try store.close()
        #expect(try killed.jobs() == Array(1...100))
    }
}
