import Foundation
import GRDB
import JobStore
import JobStoreSQLite
import RoostCore
import SystemPackage
import TestSupport
import Testing

@Suite struct FileRecoveryTests {
    /// What must be true after every repair.
    func expectRepaired(_ sample: SampleFile, _ report: JobRecoveryReport, damaged: Data) throws {
        #expect(try JobFileCheck.integrityCheck(sample.path) == [])
        #expect(try JobFileInspection(path: sample.path).kind == .current)
        #expect(FileManager.default.contents(atPath: report.quarantinedPath) == damaged)
        #expect(report.quarantinedPath.hasPrefix(sample.path + ".corrupt-2"))
        #expect(JobRecoveryReport.last(beside: sample.path) == report)
        #expect(report.message.contains(report.quarantinedPath))
        let mode = try FileManager.default.attributesOfItem(atPath: sample.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let left = try FileManager.default.contentsOfDirectory(atPath: sample.directory.path.string)
        #expect(!left.contains { $0.contains("partial") })
        #expect(try JobFileCheck.quickCheck(report.quarantinedPath) != [] || sample.count("jobs") == 0)
    }

    func lostRows(_ sample: SampleFile, of all: ClosedRange<Int>) throws -> [Int] {
        let present = Set(try sample.jobs())
        return all.filter { !present.contains($0) }
    }

    @Test func `rows around a damaged page are read, and its own come from the backup`() throws {
        let sample = try SampleFile(current: 3000)
        let backup = try sample.backups.make(of: sample.path, reason: .scheduled).path
        try sample.add(3001...3100)
        try sample.damage(page: sample.page(ofJob: 1500))
        let damaged = sample.bytes
        let report = try sample.recover()
        try expectRepaired(sample, report, damaged: damaged)
        #expect(try sample.jobs() == Array(1...3100))
        #expect(report.restoredJobs > 5 && report.restoredJobs < 60)
        #expect(report.salvagedJobs + report.restoredJobs == 3100)
        #expect(report.backup == backup && report.message.contains("more came from the backup"))
        #expect(try sample.count("job_events") == 6200 && sample.count("job_files") == 3100)
    }

    @Test(arguments: [[1], [3000], [1, 3000], [700, 720, 2100, 2101], Array(stride(from: 50, to: 3000, by: 150))])
    func `without a backup all rows but those of the damaged pages come back, in their order`(jobs: [Int]) throws {
        let sample = try SampleFile(current: 3000)
        let pages = Set(try jobs.map { try sample.page(ofJob: $0) })
        for page in pages { try sample.damage(page: page) }
        let damaged = sample.bytes
        let report = try sample.recover()
        try expectRepaired(sample, report, damaged: damaged)
        let lost = try lostRows(sample, of: 1...3000)
        #expect(Set(lost).isSuperset(of: jobs) && lost.count <= pages.count * 40)
        #expect(report.salvagedJobs == 3000 - lost.count && report.restoredJobs == 0 && report.backup == nil)
        #expect(report.message.contains("could not be read"))
        let order = try sample.read { try String.fetchAll($0, sql: "SELECT id FROM jobs ORDER BY rowid") }
        #expect(order == order.sorted())
        #expect(try sample.count("job_events") == 2 * (3000 - lost.count))
    }

    @Test func `a damaged index costs nothing`() throws {
        let sample = try SampleFile(current: 3000)
        _ = try sample.backups.make(of: sample.path, reason: .scheduled)
        try sample.damage(page: try #require(sample.pages(.indexLeaf, holding: "job-01500").first))
        let damaged = sample.bytes
        let report = try sample.recover()
        try expectRepaired(sample, report, damaged: damaged)
        #expect(try sample.jobs() == Array(1...3000))
        #expect(report.salvagedJobs == 3000 && report.restoredJobs == 0)
    }

    @Test(arguments: [16, 100]) func `with a damaged first page the rest is found with the backup's`(offset: Int) throws {
        let sample = try SampleFile(current: 2000)
        _ = try sample.backups.make(of: sample.path, reason: .scheduled)
        try sample.add(2001...2050)
        try sample.damage(page: 0, from: offset)
        let damaged = sample.bytes
        // From offset 16 on, Roost's application_id is lost too, so the owner of the file is unknown.
        guard offset > 68 else {
            #expect(throws: (any Error).self) { try sample.recover() }
            #expect(sample.bytes == damaged)
            return
        }
        let report = try sample.recover()
        try expectRepaired(sample, report, damaged: damaged)
        #expect(try sample.jobs() == Array(1...2050))
        #expect(report.salvagedJobs == 2050)
    }

    @Test func `with a damaged first page and no backup the rest is found as in a new file`() throws {
        let sample = try SampleFile(current: 2000)
        try sample.damage(page: 0, from: 100)
        let damaged = sample.bytes
        let report = try sample.recover()
        try expectRepaired(sample, report, damaged: damaged)
        #expect(try sample.jobs() == Array(1...2000))
    }

    @Test(arguments: [100, 4096]) func `a file whose beginning is blank is a damaged one, not another program's`(length: Int) throws {
        let sample = try SampleFile(current: 2000)
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: sample.path))
        try file.write(contentsOf: Data(count: length))
        try file.close()
        let damaged = sample.bytes
        let report = try sample.recover()
        try expectRepaired(sample, report, damaged: damaged)
        #expect(try sample.jobs() == Array(1...2000))
    }

    @Test func `where a table has lost its root the backup gives all of it`() throws {
        let sample = try SampleFile(current: 2000)
        _ = try sample.backups.make(of: sample.path, reason: .scheduled)
        try sample.damage(page: sample.root(of: "jobs"))
        let damaged = sample.bytes
        let report = try sample.recover()
        try expectRepaired(sample, report, damaged: damaged)
        #expect(try sample.jobs() == Array(1...2000))
        #expect(report.salvagedJobs == 0 && report.restoredJobs == 2000)
    }

    @Test func `a file that was cut gives what is left of it`() throws {
        let sample = try SampleFile(current: 3000)
        let keep = sample.bytes.prefix(sample.bytes.count / 2 / SampleFile.pageSize * SampleFile.pageSize)
        try keep.write(to: URL(fileURLWithPath: sample.path))
        let report = try sample.recover()
        try expectRepaired(sample, report, damaged: keep)
        #expect(report.salvagedJobs > 1000 && report.salvagedJobs < 3000)
    }

    @Test func `rows that are still in the write-ahead log come back`() throws {
        let sample = try SampleFile(current: 2000)
        let queue = try sample.connection()
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0") }
        try queue.write { try SampleFile.insert(2001...2100, into: $0, events: true, count: 100) }
        let copy = try SampleFile()
        for suffix in ["", "-wal"] { try FileManager.default.copyItem(atPath: sample.path + suffix, toPath: copy.path + suffix) }
        try queue.close()
        try copy.damage(page: copy.page(ofJob: 1000))
        let (damaged, log) = (copy.bytes, FileManager.default.contents(atPath: copy.path + "-wal"))
        let report = try copy.recover()
        #expect(FileManager.default.contents(atPath: report.quarantinedPath) == damaged)
        #expect(FileManager.default.contents(atPath: report.quarantinedPath + "-wal") == log)
        let lost = try lostRows(copy, of: 1...2100)
        #expect(lost.contains(1000) && lost.count < 40 && lost.max() ?? 0 < 2000)
    }

    @Test func `jobs deleted since the backup stay deleted, and numbers of events are not given twice`() throws {
        let sample = try SampleFile(current: 3000)
        _ = try sample.backups.make(of: sample.path, reason: .scheduled)
        try sample.write { try $0.execute(sql: "DELETE FROM jobs WHERE id < 'job-00500' OR id > 'job-02900'") }
        try sample.damage(page: sample.page(ofJob: 1500))
        let damaged = sample.bytes
        let report = try sample.recover()
        try expectRepaired(sample, report, damaged: damaged)
        #expect(try sample.jobs() == Array(500...2900))
        try sample.add(3001...3001)
        #expect(try sample.read { try Int.fetchOne($0, sql: "SELECT min(seq) FROM job_events WHERE job_id = 'job-03001'") } == 6001)
    }

    @Test func `what was reset does not come back by itself`() throws {
        let sample = try SampleFile(current: 2000)
        _ = try JobRestore.reset(path: sample.path, backups: sample.backups)
        try sample.store().close()
        try sample.add(5001...6000)
        let page = try sample.page(ofJob: 5500)
        try sample.damage(page: page)
        let report = try sample.recover()
        #expect(try sample.jobs().allSatisfy { $0 > 5000 } && report.backup == nil)
    }

    @Test func `a damaged v1.0 file is repaired and brought to the current schema`() throws {
        let sample = try SampleFile(documented: 3000)
        try sample.damage(page: sample.page(ofJob: 1500))
        let damaged = sample.bytes
        let store = try sample.store()
        let report = try #require(store.recovery)
        try store.close()
        try expectRepaired(sample, report, damaged: damaged)
        let lost = try lostRows(sample, of: 1...3000)
        #expect(lost.contains(1500) && lost.count < 40)
    }

    @Test func `the store repairs a damaged file when it opens it, once, and goes on`() async throws {
        let sample = try SampleFile(current: 3000)
        _ = try sample.backups.make(of: sample.path, reason: .scheduled)
        try sample.damage(page: sample.page(ofJob: 100))
        let store = try sample.store()
        #expect(store.recovery?.restoredJobs ?? 0 > 0)
        #expect(try await store.jobCounts().values.reduce(0, +) == 3000)
        try store.close()
        let again = try sample.store()
        #expect(again.recovery == nil)
        try again.close()
        #expect(JobRecoveryReport.last(beside: sample.path) == store.recovery)
    }

    @Test func `an exchange that a killed process began is ended by the next start`() async throws {
        let sample = try SampleFile(current: 30)
        // What is there when the process is killed after the log of the old file was removed.
        let successor = try SampleFile(current: 20)
        try FileManager.default.moveItem(atPath: successor.path, toPath: sample.path + ".successor")
        let database = try sample.store()
        #expect(try await database.allJobs().count == 20)
        try database.close()
        #expect(!FileManager.default.fileExists(atPath: sample.path + ".successor"))
        let mode = try FileManager.default.attributesOfItem(atPath: sample.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `a file that is busy or must not be read is not damaged`() throws {
        let sample = try SampleFile(current: 100)
        let before = sample.bytes
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: sample.path, configuration: configuration)
        try other.writeWithoutTransaction { try $0.execute(sql: "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE") }
        #expect(throws: (any Error).self) { try sample.store() }
        try other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try other.close()
        if geteuid() != 0 {
            try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: sample.path)
            #expect(throws: RoostError.self) { try sample.store() }
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: sample.path)
        }
        #expect(sample.bytes == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: sample.directory.path.string).allSatisfy { !$0.contains("corrupt") })
        try sample.store().close()
        #expect(try sample.jobs() == Array(1...100))
    }
}
