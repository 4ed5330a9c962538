import Foundation
import GRDB
import JobStore
import JobStoreSQLite
import RoostCore
import SystemPackage
import TestSupport
import Testing

@Suite struct FileRestoreTests {
    func backup(_ sample: SampleFile) throws -> String {
        try JobBackup.make(of: sample.path, to: sample.directory.path.appending("mine.db").string).path
    }

    @Test func `a restore brings back what the backup holds and saves what was there`() throws {
        let sample = try SampleFile(current: 100)
        let backup = try backup(sample)
        try sample.add(101...150)
        let summary = try JobRestore.restore(backup: backup, to: sample.path, backups: sample.backups)
        #expect(summary.jobs == 100 && summary.quarantinedPath == nil)
        #expect(try sample.jobs() == Array(1...100))
        let saved = try #require(summary.saved)
        #expect(sample.backups.list().map(\.reason) == [.beforeRestore])
        _ = try JobRestore.restore(backup: saved, to: sample.path, backups: sample.backups)
        #expect(try sample.jobs() == Array(1...150))
        #expect(FileManager.default.fileExists(atPath: backup))
        try sample.store().close()
    }

    @Test func `a log that a killed server left is saved and not read into the restored file`() throws {
        let sample = try SampleFile(current: 100)
        let backup = try backup(sample)
        let queue = try sample.connection()
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0") }
        try queue.write { try SampleFile.insert(101...200, into: $0, events: true, count: 100) }
        let killed = try SampleFile()
        for suffix in ["", "-wal"] { try FileManager.default.copyItem(atPath: sample.path + suffix, toPath: killed.path + suffix) }
        try queue.close()
        let summary = try JobRestore.restore(backup: backup, to: killed.path, backups: killed.backups)
        #expect(try killed.jobs() == Array(1...100))
        _ = try JobRestore.restore(backup: try #require(summary.saved), to: killed.path, backups: killed.backups)
        #expect(try killed.jobs() == Array(1...200))
        #expect(try JobFileCheck.integrityCheck(killed.path) == [])
    }

    @Test func `a restore into an empty home needs nothing to save`() throws {
        let sample = try SampleFile(current: 10)
        let backup = try backup(sample)
        let home = try SampleFile()
        let summary = try JobRestore.restore(backup: backup, to: home.path, backups: home.backups)
        #expect(summary.saved == nil && summary.quarantinedPath == nil)
        #expect(try home.jobs() == Array(1...10))
        let mode = try FileManager.default.attributesOfItem(atPath: home.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `a damaged file is set aside by a restore and by a reset`() throws {
        let sample = try SampleFile(current: 3000)
        let backup = try backup(sample)
        for restores in [true, false] {
            try sample.damage(page: sample.page(ofJob: 1500))
            let damaged = sample.bytes
            let summary =
                try restores
                ? JobRestore.restore(backup: backup, to: sample.path, backups: sample.backups)
                : JobRestore.reset(path: sample.path, backups: sample.backups)
            #expect(summary.saved == nil)
            #expect(FileManager.default.contents(atPath: try #require(summary.quarantinedPath)) == damaged)
            if restores { #expect(try sample.jobs() == Array(1...3000)) }
        }
        #expect(!FileManager.default.fileExists(atPath: sample.path))
    }

    @Test(arguments: ["absent", "damaged", "newer", "foreign", "letter"])
    func `a backup that is no good is refused and nothing changes`(kind: String) throws {
        let sample = try SampleFile(current: 500)
        let other = try SampleFile(current: 500)
        switch kind {
        case "absent": try FileManager.default.removeItem(atPath: other.path)
        case "damaged": try other.damage(page: other.page(ofJob: 250))
        case "newer": try other.write { try $0.execute(sql: "PRAGMA user_version = 18") }
        case "foreign": try other.write { try $0.execute(sql: "PRAGMA application_id = 77") }
        default: try other.directory.write("jobs.db", Array("Dear friend".utf8))
        }
        let before = try sample.snapshot()
        let error = #expect(throws: RoostError.self) { try JobRestore.restore(backup: other.path, to: sample.path, backups: sample.backups) }
        #expect(error?.code == .database)
        #expect(try sample.snapshot() == before)
    }

    @Test func `a file of a newer version can be replaced, another program's cannot`() throws {
        let sample = try SampleFile(current: 10)
        let backup = try backup(sample)
        try sample.write { try $0.execute(sql: "PRAGMA user_version = 18") }
        let summary = try JobRestore.restore(backup: backup, to: sample.path, backups: sample.backups)
        #expect(try JobFileInspection(path: try #require(summary.saved)).kind == .newer(version: 18))
        #expect(try sample.jobs() == Array(1...10))
        try sample.write { try $0.execute(sql: "PRAGMA application_id = 77") }
        let before = sample.bytes
        #expect(throws: RoostError.self) { try JobRestore.restore(backup: backup, to: sample.path, backups: sample.backups) }
        #expect(throws: RoostError.self) { try JobRestore.reset(path: sample.path, backups: sample.backups) }
        #expect(sample.bytes == before)
    }

    @Test func `a file that another program has open is not replaced`() throws {
        let sample = try SampleFile(current: 10)
        let backup = try backup(sample)
        let other = try DatabasePool(path: sample.path)
        #expect(try other.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM jobs") } == 10)
        let error = #expect(throws: RoostError.self) { try JobRestore.restore(backup: backup, to: sample.path, backups: sample.backups) }
        #expect(error?.message.contains("another program") == true)
        try other.write { try SampleFile.insert(11...11, into: $0, events: true, count: 1) }
        try other.close()
        #expect(try sample.jobs() == Array(1...11))
    }

    @Test func `a reset saves the file and leaves none`() throws {
        let sample = try SampleFile(current: 10)
        let summary = try JobRestore.reset(path: sample.path, backups: sample.backups)
        #expect(summary.jobs == nil && sample.backups.list().map(\.reason) == [.beforeReset])
        #expect(try FileManager.default.contentsOfDirectory(atPath: sample.directory.path.string) == ["backups"])
        try sample.store().close()
        #expect(try sample.jobs() == [])
        _ = try JobRestore.restore(backup: try #require(summary.saved), to: sample.path, backups: sample.backups)
        #expect(try sample.jobs() == Array(1...10))
    }
}
