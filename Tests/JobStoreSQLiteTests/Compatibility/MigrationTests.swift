import Foundation
import GRDB
import JobStore
import JobStoreSQLite
import RoostCore
import SystemPackage
import TestSupport
import Testing

@Suite struct MigrationTests {
    let directory: TemporaryDirectory
    let clock = ManualDate()

    init() throws { directory = try TemporaryDirectory() }

    private func open(_ file: DocumentedFile) throws -> JobDatabase { try TestStore.open(file.path, clock) }

    @Test func `no documented value of an old file changes by a byte`() async throws {
        let file = try await DocumentedFile(in: directory.path)
        let before = try await DocumentedFile.dump(file.path)
        #expect(before.count == DocumentedFile.oddRows.count)
        for _ in 0..<2 {
            let database = try open(file)
            #expect(try await DocumentedFile.dump(file.path) == before)
            try database.close()
            #expect(try await DocumentedFile.dump(file.path) == before)
        }
    }

    @Test func `a file that Python's sqlite3 made becomes ours and stays Python's`() async throws {
        let python = try TestEnvironment.pythonHub2.string
        let path = directory.path.appending("jobs.db").string
        try Self.run(python, Self.writer, [path, DocumentedFile.schema])
        let before = try await DocumentedFile.dump(path)
        #expect(before.count == 50)
        let database = try TestStore.open(path, clock)
        #expect(try await DocumentedFile.dump(path) == before)
        #expect(try await database.jobCounts() == ["queued": 25, "succeeded": 25])
        // Python reads and writes on while the server has the file open.
        try Self.run(python, Self.reader, [path, "50"])
        #expect(try database.job(id: "from python")?.model == "org/python")
        #expect(try database.job(id: "job-0") == nil)
        #expect(try database.job(id: "job-1")?.status.rawValue == "cancelled")
    }

    @Test func `every odd row is listed in the order of its time, beside new ones`() async throws {
        let database = try open(try await DocumentedFile(in: directory.path))
        let new = try await database.createJob(NewPull(model: ModelReference(parsing: "org/new")))
        let ids = try await database.allJobs().map(\.id)
        #expect(
            ids == [
                new.id, "17", "blobs", "", "", "", "reals", "words", "twin-3", "twin-2", "twin-1", "nulls", "cancelled", "banana", "offset-micro",
                "offset", "micro", "seconds", "plain", "no-time",
            ])
        let paged = try database.page(matching: JobFilter(limit: 3))
        #expect(paged.jobs.map(\.id) == Array(ids.prefix(3)))
        for id in Set(ids) where !id.isEmpty { #expect(try database.job(id: id)?.id == id) }
        for status in ["banana", "cancelled"] {
            #expect(try database.page(matching: JobFilter(status: JobStatus(rawValue: status))).jobs.map(\.id) == [status])
        }
        #expect(try await database.jobCounts().values.reduce(0, +) == ids.count)
        for job in try await database.allJobs() { #expect(try JSONEncoder().encode(job).isEmpty == false || job.progress?.isFinite == false) }
    }

    @Test func `values of another kind are read as SQLite reads them`() async throws {
        let database = try open(try await DocumentedFile(in: directory.path))
        let words = try #require(try database.job(id: "words"))
        #expect(words.sizeBytes == 0 && words.downloadedBytes == 0 && words.progress == 0 && words.initialize == false && words.quantize == "rotten")
        let nulls = try #require(try database.job(id: "nulls"))
        #expect(nulls.initialize == nil && nulls.quantize == nil && nulls.downloadedBytes == nil && nulls.tags == nil && nulls.maxRetries == nil)
        #expect(nulls.priority == 0 && nulls.retryCount == 0 && nulls.attempt == 0 && nulls.stage == nil)
        #expect(try database.job(id: "reals")?.progress == 7.5)
        #expect(try database.job(id: "17")?.progress == 0.5)
    }

    @Test func `waiting rows of an old file are claimed once each, and no row stops the queue`() async throws {
        let file = try await DocumentedFile(in: directory.path)
        let database = try open(file)
        #expect(try await database.requeueOrphans() == 2)
        var claimed: [String] = []
        while let job = try await database.claimNextJob(owner: "one"), claimed.count < 100 {
            let claim = try #require(job.claim)
            claimed.append(job.id)
            #expect(try await database.updateJob(claim, isProgress: true) { $0.stage = .resolving })
            let end = Timestamp(clock.date)
            #expect(
                try await database.updateJob(claim) {
                    $0.status = .failed
                    $0.finishedAt = end
                })
        }
        #expect(claimed == ["plain", "offset", "offset-micro", "nulls", "twin-1", "twin-2", "twin-3", "words", "reals", ""])
        #expect(try await database.requeueOrphans() == 0)
        #expect(try await database.jobCounts() == ["banana": 1, "cancelled": 1, "failed": 12, "queued": 2, "succeeded": 3])
    }

    @Test(arguments: ["x'6a6f62ff'", "'a' || char(0) || 'b'", "CAST(x'c328' AS TEXT)", "x''"])
    func `a row whose id is not a valid text does not stop the queue`(id: String) async throws {
        let rest = "'org/odd', 'auto', 0, 'queued', '2026-01-01T00:00:00.000Z', NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL"
        let database = try open(try await DocumentedFile(in: directory.path, rows: ["\(id), \(rest)", "'good', \(rest)"]))
        let running = "x'ff01', 'org/odd', 'auto', 0, 'running', '2026-01-01T00:00:00.000Z'"
        try await database.write { try $0.execute(sql: "INSERT INTO jobs (id, model, quantize, init, status, created_at) VALUES (\(running))") }
        var claimed: [String] = []
        while let job = try await database.claimNextJob(owner: "one"), claimed.count < 10 { claimed.append(job.id) }
        #expect(claimed.contains("good") && claimed.count <= 2)
        #expect(try await database.allJobs().count == 3)
        #expect(try await database.jobCounts().values.reduce(0, +) == 3)
    }

    /// In a process of its own, for a failure here would be the end of it.
    @Test func `a status or an id that is no text is no crash`() async throws {
        await #expect(processExitsWith: .success) {
            let store = try TestStore()
            try await store.database.write { db in
                for (index, status) in ["x'ff'", "CAST('queued' AS BLOB)", "'queued'", "'q' || char(0)"].enumerated() {
                    try db.execute(
                        sql: "INSERT INTO jobs (id, model, status, created_at) VALUES (?, 'a/a', \(status), '2026')", arguments: ["\(index)"])
                }
            }
            let count = try await store.database.allJobs().count
            let counted = try await store.database.jobCounts().values.reduce(0, +)
            try #require(count == 4 && counted == 4)
            try await store.database.write {
                try $0.execute(sql: "INSERT INTO jobs (id, model, status, created_at) VALUES (x'ff01', 'a/a', 'running', '2026')")
            }
            _ = try await store.database.requeueOrphans()
            _ = try store.database.events()
        }
    }

    private static let writer = """
        import sqlite3, sys
        path, schema = sys.argv[1:3]
        db = sqlite3.connect(path)
        db.execute(schema)
        for i in range(50):
            stamp = ["2026-01-01T00:00:%02dZ", "2026-01-01T00:00:%02d.123456Z", "2026-01-01T00:00:%02d+00:00"][i % 3] % i
            row = ["job-%d" % i, "org/name", None, i % 2, ["queued", "succeeded"][i % 2], stamp] + [None] * 6 + [0, i / 49, None, None]
            db.execute("INSERT INTO jobs VALUES (" + ",".join("?" * 16) + ")", row)
        db.commit()
        db.close()
        """

    private static let reader = """
        import sqlite3, sys
        db = sqlite3.connect(sys.argv[1], timeout=10)
        db.row_factory = sqlite3.Row
        rows = db.execute("SELECT * FROM jobs ORDER BY created_at DESC").fetchall()
        assert len(rows) == int(sys.argv[2]), len(rows)
        assert list(rows[0].keys())[:16] == "id model quantize init status created_at started_at finished_at error traceback local_path \
        size_bytes downloaded_bytes progress total_bytes preferred_quantized".split(), rows[0].keys()
        db.execute("INSERT INTO jobs (id, model, status, created_at) VALUES ('from python', 'org/python', 'queued', '2026-02-01T00:00:00Z')")
        db.execute("UPDATE jobs SET status = 'cancelled' WHERE id = 'job-1'")
        db.execute("DELETE FROM jobs WHERE id = 'job-0'")
        db.commit()
        db.close()
        """

    private static func run(_ python: String, _ script: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", script] + arguments
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said)")
    }
}
