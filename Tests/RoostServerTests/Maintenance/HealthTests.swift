import Foundation
import JobStoreSQLite
import Logging
import NIOHTTP1
import RoostCore
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

@Suite(.timeLimit(.minutes(10))) struct HealthTests {
    private struct Broken: Error, CustomStringConvertible { var description: String { "jobs.db is gone." } }

    private func json(_ report: HealthReport) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any])
    }

    @Test func `a sound server says ok, counts active jobs and leaves no field out`() throws {
        let report = HealthReport(counts: .success(["queued": 2, "running": 1, "failed": 9]), recovery: nil, writeFailure: nil, backupFailure: nil)
        let answer = try json(report)
        #expect(answer["status"] as? String == "ok" && answer["active_jobs"] as? Int == 3)
        let database = try #require(answer["database"] as? [String: Any])
        #expect(database["status"] as? String == "ok" && database["recovery"] is NSNull)
    }

    @Test func `what is wrong is told in sentences`() throws {
        let full = HealthReport(counts: .success([:]), recovery: nil, writeFailure: "The disk is full.", backupFailure: nil)
        #expect(full.status == "degraded" && full.database.status == "read_only" && full.problems == ["The disk is full."])
        let broken = HealthReport(counts: .failure(Broken()), recovery: nil, writeFailure: nil, backupFailure: nil)
        #expect(broken.status == "degraded" && broken.database.status == "unreadable" && broken.problems == ["jobs.db is gone."])
        #expect(try json(broken)["active_jobs"] is NSNull)
    }

    @Test func `frequent checks write rarely, and no caller waits long for a write that hangs`() async {
        let count = Mutex(0)
        let now = Mutex(Duration.zero)
        var time = TimeSource()
        time.now = { now.withLock { $0 } }
        let check = WriteCheck(time: time) { count.withLock { $0 += 1 } }
        for _ in 1...50 { #expect(await check.failure() == nil) }
        #expect(count.withLock { $0 } == 1)
        now.withLock { $0 += .seconds(5) }
        for _ in 1...50 { #expect(await check.failure() == nil) }
        #expect(count.withLock { $0 } == 2)
        let waits = Mutex<[Duration]>([])
        time.sleep = { duration in
            waits.withLock { $0.append(duration) }
            now.withLock { $0 += duration }
        }
        let hanging = WriteCheck(time: time) { try await Task.sleep(for: .seconds(3600)) }
        #expect(await hanging.failure()?.contains("another program") == true)
        #expect(await hanging.failure()?.contains("another program") == true)
        #expect(waits.withLock { $0 } == [.seconds(2)])
        let full = WriteCheck { throw RoostError(.insufficientSpace, "The disk is full.") }
        #expect(await full.failure() == "The disk is full.")
    }

    @Test func `requests during a check wait for it, and get its result`() async {
        let (started, release) = (WakeSignal(), WakeSignal())
        let count = Mutex(0)
        let check = WriteCheck {
            count.withLock { $0 += 1 }
            started.signal()
            await release.next()
        }
        async let first = check.failure()
        await started.next()
        async let others = withTaskGroup(of: String?.self) { group in
            for _ in 1...5 { group.addTask { await check.failure() } }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        release.signal()
        #expect(await first == nil)
        #expect(await others == [nil, nil, nil, nil, nil])
        #expect(count.withLock { $0 } == 1)
    }

    @Test func `a real jobs.db takes the check's write, and one that is closed does not`() async throws {
        try await withTemporaryDirectory { directory in
            let database = try JobDatabase(
                path: directory.appending("jobs.db").string, logger: .silent)
            try await database.checkWritable()
            try database.close()
            await #expect(throws: RoostError.self) { try await database.checkWritable() }
        }
    }

    @Test func `doctor's report tells an absent, a sound and a foreign file apart`() async throws {
        try await withTemporaryDirectory { home in
            #expect(try JobFileReport(home: home).bytes == nil)
            let file = home.appending("jobs.db").string
            try JobDatabase(path: file, logger: .silent).close()
            let report = try JobFileReport(home: home)
            #expect(report.path == file && report.schema == "v1.7" && report.findings.isEmpty && report.bytes ?? 0 > 4096)
            try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: file))
            #expect(throws: RoostError.self) { try JobFileReport(home: home) }
        }
    }

    @Test(.timeLimit(.minutes(10))) func `health and status tell about jobs.db`() async throws {
        try await RunningServer.run { server in
            let health = try await server.send(.GET, "/health")
            #expect(health.status == 200)
            #expect(try health.json()["status"] as? String == "ok")
            #expect(try health.json()["active_jobs"] as? Int == 0)
            _ = try await server.post("/pull", #"{"model":"org/name"}"#)
            // The number may be a tenth of a second old.
            while try await server.send(.GET, "/health").json()["active_jobs"] as? Int != 1 { try await Task.sleep(for: .milliseconds(20)) }
            let status = try await server.send(.GET, "/status").json()
            #expect(status["schema_version"] as? Int == 17)
            #expect(status["sqlite_is_current"] as? Bool == (SQLiteRelease(status["sqlite_version"] as? String ?? "") >= .current))
        }
    }

    @Test(arguments: [("3.40.1", false), ("3.51.2", false), ("3.51.3", true), ("3.53.0", true), ("4.0.0", true), ("3.9.9", false)])
    func `SQLite's releases are compared by their numbers`(version: String, isCurrent: Bool) {
        #expect((SQLiteRelease(version) >= .current) == isCurrent)
    }
}
