import Dispatch
import Foundation
import GRDB
import JobStore
import JobStoreSQLite
import RoostCore
import Synchronization
import SystemPackage
import TestSupport
import Testing

@Suite struct FileBackupTests {
    func destination(_ sample: SampleFile, _ name: String = "copy.db") -> String { sample.directory.path.appending(name).string }

    func names(_ sample: SampleFile) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: sample.directory.path.string).filter { $0.hasPrefix("copy") }
    }

    func jobs(_ path: String) throws -> [Int] {
        let queue = try DatabaseQueue(path: path)
        return try queue.read { try String.fetchAll($0, sql: "SELECT id FROM jobs ORDER BY id") }.compactMap { Int($0.dropFirst(4)) }
    }

    @Test func `a backup under a writer of a thousand changes a second is sound and holds all that was committed before`() async throws {
        let sample = try SampleFile(current: 20_000)
        let store = try sample.store()
        defer { try? store.close() }
        let committed = Committed()
        let writer = try sample.connection()
        // As fast as a disk without a sync per commit lets it; a pause of a tenth of a millisecond keeps it near the thousand. On a thread of its own: those
        // of the tests are all in use.
        try await writer.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = OFF") }
        let thread = Thread {
            while !Thread.current.isCancelled, let number = committed.last.map({ $0 + 1 }) {
                let written = try? writer.write { try SampleFile.insert(number...number, into: $0, events: true, count: 1) }
                committed.last = written.map { number }
                Thread.sleep(forTimeInterval: 0.000_1)
            }
            committed.isDone.signal()
        }
        thread.start()
        while committed.last ?? .max < 20_200 { try await Task.sleep(for: .milliseconds(1)) }
        for round in 0..<5 {
            let copy = destination(sample, "copy-\(round).db")
            let before = try #require(committed.last)
            let start = ContinuousClock.now
            let summary = try JobBackup.make(of: sample.path, to: copy)
            let (after, seconds) = (try #require(committed.last), (ContinuousClock.now - start) / .seconds(1))
            print("backup: \(summary.bytes) bytes in \(seconds) s, \(Int(Double(after - before) / seconds)) jobs/s written meanwhile")
            let held = try jobs(copy)
            #expect(held == Array(1...held.count) && held.count >= before && held.count == summary.jobs)
            #expect(try JobFileCheck.integrityCheck(copy) == [])
        }
        thread.cancel()
        committed.isDone.wait()
        try writer.close()
        #expect(try sample.jobs().count == committed.last)
    }

    @Test func `a copy is one private file that needs nothing beside it`() throws {
        let sample = try SampleFile(current: 100)
        let store = try sample.store()
        defer { try? store.close() }
        let summary = try JobBackup.make(of: sample.path, to: destination(sample))
        #expect(try names(sample) == ["copy.db"])
        let attributes = try FileManager.default.attributesOfItem(atPath: summary.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600 && attributes[.size] as? Int64 == summary.bytes)
        #expect(FileManager.default.contents(atPath: summary.path).map { Array($0[18..<20]) } == [1, 1])
        #expect(summary.jobs == 100)
    }

    @Test func `a file that exists is only replaced when that is said`() throws {
        let sample = try SampleFile(current: 10)
        try sample.directory.write("copy.db", Array("precious".utf8))
        let error = #expect(throws: RoostError.self) { try JobBackup.make(of: sample.path, to: destination(sample)) }
        #expect(error?.message.contains("--force") == true)
        #expect(FileManager.default.contents(atPath: destination(sample)) == Data("precious".utf8))
        try JobBackup.make(of: sample.path, to: destination(sample), replacing: true)
        #expect(try jobs(destination(sample)) == Array(1...10))
        #expect(try names(sample) == ["copy.db"])
    }

    @Test func `jobs.db is never its own backup, nor is its log`() throws {
        let sample = try SampleFile(current: 10)
        try FileManager.default.createSymbolicLink(atPath: destination(sample), withDestinationPath: sample.path)
        let before = sample.bytes
        for path in [sample.path, sample.path + "-wal", destination(sample), sample.directory.path.string] {
            #expect(throws: RoostError.self) { try JobBackup.make(of: sample.path, to: path, replacing: true) }
        }
        #expect(sample.bytes == before)
    }

    @Test func `a backup that fails leaves nothing behind`() throws {
        let sample = try SampleFile(current: 2000)
        let missing = #expect(throws: RoostError.self) { try JobBackup.make(of: sample.path + ".no", to: destination(sample)) }
        #expect(missing?.code == .database)
        #expect(throws: RoostError.self) { try JobBackup.make(of: sample.path, to: destination(sample, "no/copy.db")) }
        try sample.damage(page: sample.page(ofJob: 1000))
        let damaged = #expect(throws: RoostError.self) { try JobBackup.make(of: sample.path, to: destination(sample)) }
        #expect(damaged?.message.contains("damaged") == true)
        #expect(try names(sample) == [])
    }

    @Test func `a v1.0 file is copied as it is`() throws {
        let sample = try SampleFile(documented: 50)
        try JobBackup.make(of: sample.path, to: destination(sample))
        #expect(try JobFileInspection(path: destination(sample)).kind == .documented(rows: 50))
    }
}

/// The number of the last job whose write has returned; `nil` after a write that failed.
private final class Committed: Sendable {
    private let number = Mutex<Int?>(20_000)
    let isDone = DispatchSemaphore(value: 0)

    var last: Int? {
        get { number.withLock { $0 } }
        set { number.withLock { $0 = newValue } }
    }
}
