import Foundation
import JobStoreSQLite
import RoostCore
import SystemPackage
import TestSupport
import Testing

@Suite struct FileBackupFolderTests {
    let sample: SampleFile
    let start = Date(timeIntervalSince1970: 1_800_000_000.678)

    init() throws { sample = try SampleFile(current: 500) }

    @discardableResult
    func make(_ reason: JobBackupReason, hours: Double) throws -> String {
        try sample.backups.make(of: sample.path, reason: reason, at: start + hours * 3600).path
    }

    func damage(_ path: String) throws {
        var bytes = try #require(FileManager.default.contents(atPath: path))
        bytes.replaceSubrange(4096..<8192, with: Data(repeating: 0xA5, count: 4096))
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    @Test func `names tell time and reason, and the folder is private`() throws {
        let path = try make(.beforeMigration, hours: 0)
        #expect(path.hasSuffix("/backups/jobs-20270115T080000.678Z-before-migration.db"))
        let mode = try FileManager.default.attributesOfItem(atPath: sample.backups.path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
    }

    @Test func `the list is newest first and shows nothing else`() throws {
        #expect(sample.backups.list() == [])
        let paths = [try make(.manual, hours: 2), try make(.scheduled, hours: 3), try make(.beforeReset, hours: 1)]
        for name in ["jobs-.db", "jobs-20270115T080000.678Z-whatever.db", "notes.txt", "jobs-20270115T080000.678Z-manual.db.x.partial"] {
            try sample.directory.write("backups/\(name)", [])
        }
        #expect(sample.backups.list().map(\.path) == [paths[1], paths[0], paths[2]])
        #expect(sample.backups.list().map(\.reason) == [.scheduled, .manual, .beforeReset])
    }

    @Test func `two backups of one millisecond are two files`() throws {
        let paths = Set([try make(.manual, hours: 0), try make(.manual, hours: 0), try make(.manual, hours: 0)])
        #expect(paths.count == 3 && sample.backups.list().count == 3)
    }

    @Test func `rotation deletes the oldest scheduled ones and no others`() throws {
        for hour in 0..<5 { try make(.scheduled, hours: Double(hour)) }
        let others = [try make(.manual, hours: -1), try make(.beforeMigration, hours: -2)]
        let removed = try sample.backups.rotate(keeping: 2)
        #expect(removed.count == 3)
        let left = sample.backups.list()
        #expect(left.count == 4 && left.suffix(2).map(\.path) == others)
        #expect(left.prefix(2).map(\.time) == ["20270115T120000.678Z", "20270115T110000.678Z"])
    }

    @Test func `the last sound backup is not pushed out by damaged ones`() throws {
        let good = try make(.scheduled, hours: 0)
        for hour in 1..<4 { try damage(try make(.scheduled, hours: Double(hour))) }
        try sample.backups.rotate(keeping: 2)
        #expect(sample.backups.list().count == 3 && sample.backups.newestGood()?.path == good)
    }

    @Test func `the newest good backup is sound, and of the present file's own history`() throws {
        #expect(sample.backups.newestGood() == nil)
        let old = try make(.scheduled, hours: 0)
        let good = try make(.manual, hours: 1)
        try damage(try make(.scheduled, hours: 2))
        #expect(sample.backups.newestGood()?.path == good)
        try FileManager.default.removeItem(atPath: good)
        #expect(sample.backups.newestGood()?.path == old)
        try make(.beforeReset, hours: 3)
        #expect(sample.backups.newestGood() == nil)
        let new = try make(.scheduled, hours: 4)
        #expect(sample.backups.newestGood()?.path == new)
    }

    @Test func `backups whose names tell a time that is ahead are the last choice, and the first to go`() throws {
        let ahead = [try make(.scheduled, hours: 100), try make(.scheduled, hours: 90)]
        let made = [try make(.scheduled, hours: 2), try make(.scheduled, hours: 1)]
        let now = start + 3 * 3600
        #expect(sample.backups.list(at: now).map(\.path) == made + ahead)
        #expect(sample.backups.newestGood(at: now)?.path == made[0])
        #expect(try sample.backups.rotate(keeping: 3, at: now) == [ahead[1]])
        #expect(try sample.backups.rotate(keeping: 1, at: now) == [made[1], ahead[0]])
        #expect(sample.backups.list().map(\.path) == [made[0]])
    }

    @Test func `what a killed backup left is removed after a day`() throws {
        try make(.scheduled, hours: 0)
        let left = try sample.directory.write("backups/jobs-20270115T080000.678Z-scheduled.db.12ab34cd.partial", [1]).string
        try sample.backups.rotate(keeping: 1)
        #expect(FileManager.default.fileExists(atPath: left))
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -90_000)], ofItemAtPath: left)
        try sample.backups.rotate(keeping: 1)
        #expect(!FileManager.default.fileExists(atPath: left) && sample.backups.list().count == 1)
    }
}
