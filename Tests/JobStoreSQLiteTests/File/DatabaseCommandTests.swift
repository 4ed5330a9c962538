import Foundation
import JobStoreSQLite
import SystemPackage
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// `roost db`, the real command.
@Suite struct DatabaseCommandTests {
    let sample: SampleFile

    init() throws { sample = try SampleFile(documented: 200) }

    struct Result {
        let code: Int32
        let output: String
        let error: String
    }

    func roost(_ arguments: String...) throws -> Result { try roost(arguments) }

    func roost(_ arguments: [String]) throws -> Result {
        let process = Process()
        let (output, error) = (Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: try TestEnvironment.roostExecutable.string)
        process.arguments = ["db"] + arguments
        process.environment = ["ROOST_HOME": sample.directory.path.string, "PATH": "/usr/bin:/bin"]
        process.currentDirectoryURL = URL(fileURLWithPath: sample.directory.path.string)
        process.standardOutput = output
        process.standardError = error
        try process.run()
        // Both are short: neither pipe fills while the other is read.
        let (text, complaint) = (output.fileHandleForReading.readDataToEndOfFile(), error.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        return Result(
            code: process.terminationStatus, output: String(decoding: text, as: UTF8.self), error: String(decoding: complaint, as: UTF8.self))
    }

    func json(_ arguments: String...) throws -> [String: Any] {
        let result = try roost(arguments + ["--json"])
        #expect(result.code == 0 && result.error.isEmpty)
        return try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }

    @Test func `a file goes through its life: planned, migrated, saved, reset, restored, compacted`() throws {
        let before = sample.bytes
        let plan = try json("migrate", "--dry-run")
        #expect(plan["schema"] as? String == "v1.0" && (plan["columns"] as? [String])?.count == 18)
        #expect(sample.bytes == before)
        #expect(try roost("migrate").output.contains("to v1.7; all 200 jobs stay"))
        #expect(try json("stats")["schema"] as? String == "v1.7")
        #expect(try roost("backup", "mine.db").output.contains("Saved 200 jobs to \(sample.directory.path)/mine.db"))
        #expect(try json("reset", "--yes")["jobs"] is NSNull)
        #expect(!FileManager.default.fileExists(atPath: sample.path))
        #expect(try json("restore", "mine.db", "--yes")["jobs"] as? Int == 200)
        #expect(try roost("vacuum").code == 0)
        let check = try json("check", "--full")
        #expect(check["sound"] as? Bool == true && check["full"] as? Bool == true)
        #expect(sample.backups.list().map(\.reason) == [.beforeReset, .beforeMigration])
        #expect(try sample.jobs() == Array(1...200))
    }

    @Test func `without a jobs.db there is a sentence, and nothing is made`() throws {
        try FileManager.default.removeItem(atPath: sample.path)
        for arguments in [["check"], ["stats"], ["vacuum"], ["migrate"], ["reset", "--yes"], ["backup", "x.db"]] {
            let result = try roost(arguments)
            #expect(result.code == 1 && result.error.contains("There is no jobs.db in \(sample.directory.path)"))
        }
        #expect(try sample.snapshot() == [:])
    }

    @Test func `replacing needs a yes, and a file that exists needs force`() throws {
        #expect(try roost("reset").code == 64)
        #expect(try roost("restore", "jobs.db").code == 64)
        #expect(try roost("backup", "mine.db").code == 0)
        let again = try roost("backup", "mine.db")
        #expect(again.code == 1 && again.error.contains("--force"))
        #expect(try roost("backup", "mine.db", "--force").code == 0)
    }

    @Test func `while a server owns the home, its file can be read and not replaced`() throws {
        #expect(try roost("backup", "mine.db").code == 0)
        let lock = try sample.directory.write("roost.lock", Array("4711\n".utf8))
        let owner = try FileDescriptor.open(lock, .readWrite)
        defer { try? owner.close() }
        #expect(flock(owner.rawValue, LOCK_EX | LOCK_NB) == 0)
        let before = sample.bytes
        for arguments in [["vacuum"], ["migrate"], ["reset", "--yes"]] {
            let result = try roost(arguments)
            #expect(result.code == 1 && result.error.contains("process 4711"))
        }
        #expect(try roost("restore", "mine.db", "--yes").error.contains("process 4711"))
        #expect(sample.bytes == before)
        #expect(try roost("check").code == 0 && roost("stats").code == 0 && roost("backup", "other.db").code == 0)
    }

    @Test func `a check of a damaged and of a foreign file exits 1 and says why`() throws {
        try sample.damage(page: sample.page(ofJob: 100))
        let damaged = try roost("check")
        #expect(damaged.code == 1 && damaged.output.contains("is damaged"))
        #expect(try roost("backup", "mine.db").error.contains("damaged"))
        try sample.directory.write("jobs.db", Array("Dear friend".utf8))
        let letter = try roost("check")
        #expect(letter.code == 1 && letter.error.contains("not a SQLite database"))
    }
}
