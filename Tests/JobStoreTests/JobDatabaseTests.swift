import Foundation
import GRDB
import JobStore
import Logging
import RoostCore
import Synchronization
import SystemPackage
import TestSupport
import Testing

@Suite struct JobDatabaseTests {
    let directory: TemporaryDirectory
    let path: String
    let database: JobDatabase
    let clock = ManualDate()

    init() throws {
        directory = try TemporaryDirectory()
        path = directory.path.appending("jobs.db").string
        database = try JobDatabase(path: path, logger: Logger(label: "test"), now: { [clock] in clock.date })
    }

    func create(_ model: String, _ quantize: QuantizationPolicy = .auto, initialize: Bool = false) async throws -> Job {
        clock.advance(by: 1)
        return try await database.createJob(model: ModelReference(parsing: model), quantize: quantize, initialize: initialize)
    }

    @Test func `the table has the sixteen documented columns with their types and defaults`() async throws {
        let raw = try DatabaseQueue(path: path)
        let columns = try await raw.read { try Row.fetchAll($0, sql: "PRAGMA table_info(jobs)") }
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
                "size_bytes INTEGER", "downloaded_bytes INTEGER DEFAULT 0", "progress REAL", "total_bytes INTEGER",
                "preferred_quantized BOOLEAN",
            ])
    }

    @Test func `a new job is queued, has a Z timestamp and no progress`() async throws {
        let created = try await create("org/name", .q4, initialize: true)
        let job = try #require(try await database.job(id: created.id))
        #expect(job == created)
        #expect(job.status == .queued)
        #expect(job.createdAt.rawValue.hasSuffix("Z") && job.createdAt.rawValue.utf8.count == 24)
        #expect(job.progress == nil && job.downloadedBytes == 0 && job.initialize == true && job.quantize == "q4")
    }

    @Test func `an absent job is nil and cannot be updated`() async throws {
        #expect(try await database.job(id: "nobody") == nil)
        #expect(try await database.updateJob(id: "nobody") { $0.progress = 0.5 } == false)
    }

    @Test func `an identical active pull is joined, a different or finished one is not`() async throws {
        let first = try await create("org/name")
        #expect(try await create("org/name").id == first.id)
        #expect(try await create("org/name", .fp16).id != first.id)
        #expect(try await create("org/name:Q8_0").id != first.id)
        try await database.updateJob(id: first.id) { $0.status = .failed }
        #expect(try await create("org/name").id != first.id)
    }

    @Test func `one hundred callers asking at once get one job`() async throws {
        let reference = try ModelReference(parsing: "org/name")
        let ids = try await withThrowingTaskGroup(of: String.self, returning: Set<String>.self) { group in
            for _ in 0..<100 { group.addTask { try await database.createJob(model: reference, quantize: .auto, initialize: false).id } }
            return try await group.reduce(into: []) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(try await database.allJobs().count == 1)
    }

    @Test func `jobs are claimed oldest first, each once, and get a start time`() async throws {
        let ids = [try await create("a/a").id, try await create("b/b").id]
        let claimed = [try await database.claimNextJob(), try await database.claimNextJob(), try await database.claimNextJob()]
        #expect(claimed.map { $0?.id } == [ids[0], ids[1], nil])
        #expect(claimed[0]?.status == .running)
        #expect(claimed[0]?.startedAt == Timestamp(clock.date))
    }

    @Test func `two hundred jobs are claimed exactly once by eight workers`() async throws {
        for index in 0..<200 { _ = try await create("org/name-\(index)") }
        let claims = try await withThrowingTaskGroup(of: [String].self, returning: [String].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var mine: [String] = []
                    while let job = try await database.claimNextJob() { mine.append(job.id) }
                    return mine
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(claims.count == 200)
        #expect(Set(claims).count == 200)
    }

    @Test func `running jobs of a dead process go back to the queue, others stay`() async throws {
        let running = try await create("a/a")
        _ = try await database.claimNextJob()
        let done = try await create("b/b")
        try await database.updateJob(id: done.id) { $0.status = .succeeded }
        #expect(try await database.requeueOrphans() == [running.id])
        #expect(try await database.job(id: running.id)?.status == .queued)
        #expect(try await database.job(id: running.id)?.startedAt == nil)
        #expect(try await database.job(id: done.id)?.status == .succeeded)
    }

    @Test func `a worker that lost its job is refused`() async throws {
        let job = try await create("a/a")
        #expect(try await database.updateJob(id: job.id, ifStatus: .running) { $0.status = .succeeded } == false)
        #expect(try await database.job(id: job.id)?.status == .queued)
    }

    @Test(arguments: [-0.1, 1.1, .infinity, .nan]) func `a progress outside 0 to 1 is refused`(progress: Double) async throws {
        let job = try await create("a/a")
        await #expect(throws: RoostError.self) { try await database.updateJob(id: job.id) { $0.progress = progress } }
        #expect(try await database.job(id: job.id)?.progress == nil)
    }

    @Test func `a status outside the four and more bytes than the total are refused`() async throws {
        let job = try await create("a/a")
        await #expect(throws: RoostError.self) { try await database.updateJob(id: job.id) { $0.status = JobStatus(rawValue: "banana") } }
        await #expect(throws: RoostError.self) {
            try await database.updateJob(id: job.id) {
                $0.totalBytes = 10
                $0.downloadedBytes = 11
            }
        }
        #expect(try await database.job(id: job.id) == job)
    }

    @Test func `listings are newest first and filtered`() async throws {
        let ids = [try await create("a/a").id, try await create("b/b").id, try await create("a/a", .no).id]
        #expect(try await database.allJobs().map(\.id) == ids.reversed())
        #expect(try await database.jobs(matching: JobFilter(model: "a/a")).map(\.id) == [ids[2], ids[0]])
        #expect(try await database.jobs(matching: JobFilter(limit: 1)).map(\.id) == [ids[2]])
        _ = try await database.claimNextJob()
        #expect(try await database.jobs(matching: JobFilter(status: .running)).map(\.id) == [ids[0]])
        #expect(try await database.jobCounts() == ["queued": 2, "running": 1])
    }

    @Test func `old finished jobs are deleted by time, whatever wrote them`() async throws {
        let raw = try DatabaseQueue(path: path)
        let old = clock.date.addingTimeInterval(-10 * 86_400)
        let oldTexts = ["succeeded": Timestamp(old).rawValue, "failed": "\(Timestamp(old).rawValue.prefix(19)).123456Z"]
        try await raw.write { connection in
            for (status, text) in oldTexts {
                try connection.execute(
                    sql: "INSERT INTO jobs (id, model, status, created_at, finished_at) VALUES (?, 'a/a', ?, ?, ?)",
                    arguments: ["old-\(status)", status, text, text])
            }
            try connection.execute(
                sql: "INSERT INTO jobs (id, model, status, created_at) VALUES ('old-queued', 'a/a', 'queued', ?)",
                arguments: [Timestamp(old).rawValue])
        }
        let recent = try await create("b/b")
        try await database.updateJob(id: recent.id) { $0.status = .failed }
        #expect(try await database.deleteOldJobs(days: 30) == 0)
        #expect(try await database.deleteOldJobs(days: 7) == 2)
        #expect(Set(try await database.allJobs().map(\.id)) == ["old-queued", recent.id])
        await #expect(throws: RoostError.self) { try await database.deleteOldJobs(days: -1) }
    }

    @Test func `a change begun by a cancelled task is still written`() async throws {
        let job = try await create("a/a")
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            #expect(Task.isCancelled)
            return try await database.updateJob(id: job.id) { $0.status = .failed }
        }
        #expect(try await task.value)
        #expect(try await database.job(id: job.id)?.status == .failed)
    }

    @Test func `what was acknowledged is there after reopening`() async throws {
        let job = try await create("a/a")
        #expect(try await database.allJobs().count == 1)
        try database.close()
        let log = FileManager.default.contents(atPath: path + "-wal")
        #expect(log?.isEmpty != false)
        let reopened = try JobDatabase(path: path, logger: Logger(label: "test"))
        #expect(try await reopened.job(id: job.id) == job)
    }

    @Test func `the file is private and its writer syncs every commit`() async throws {
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try await database.journalSettings() == ["wal", "2"])
    }

    @Test func `a file that is no database is refused with a sentence and stays as it was`() throws {
        let other = try directory.write("other.db", Array("This is not a database, it is a letter to a friend.".utf8))
        let before = FileManager.default.contents(atPath: other.string)
        let error = #expect(throws: RoostError.self) { try JobDatabase(path: other.string, logger: Logger(label: "test")) }
        #expect(error?.code == .database)
        #expect(error?.message.contains("not a SQLite database") == true)
        #expect(FileManager.default.contents(atPath: other.string) == before)
    }

    @Test func `a jobs table that is not ours is refused`() async throws {
        let other = directory.path.appending("foreign.db").string
        let foreign = try DatabaseQueue(path: other)
        try await foreign.write { try $0.execute(sql: "CREATE TABLE jobs (name TEXT, salary INTEGER)") }
        try foreign.close()
        let error = #expect(throws: RoostError.self) { try JobDatabase(path: other, logger: Logger(label: "test")) }
        #expect(error?.message.contains("documented columns") == true)
    }

    @Test func `JSON has true, false and null, never 0 or 1`() async throws {
        let job = try await create("a/a", initialize: true)
        let stored = try #require(try await database.job(id: job.id))
        let json = String(decoding: try JSONEncoder().encode(stored), as: UTF8.self)
        #expect(json.contains("\"init\":true"))
        #expect(json.contains("\"progress\":null"))
        #expect(json.contains("\"preferred_quantized\":null"))
    }
}

/// A date that moves only when told to.
final class ManualDate: Sendable {
    private let seconds = Mutex(1_800_000_000.25)
    var date: Date { Date(timeIntervalSince1970: seconds.withLock { $0 }) }
    func advance(by interval: Double) { seconds.withLock { $0 += interval } }
}
