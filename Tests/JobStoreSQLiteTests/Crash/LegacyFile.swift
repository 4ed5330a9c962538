import Foundation
import GRDB
import JobStoreSQLite
import RoostCore

/// A jobs.db of a v1.0 server: sixteen columns, no more.
struct LegacyFile {
    /// The file, under its name.
    let content: [String: Data]
    /// What its rows must still be afterwards: see `StoreAudit.Expectation`.
    let rows: [String: String]

    /// - Parameter count: How many rows.
    /// - Throws: `DatabaseError`, or when the file cannot be written.
    init(rows count: Int) throws {
        let site = try TortureSite()
        let queue = try DatabaseQueue(path: site.database)
        let jobs = (0..<count).map(Self.job)
        try queue.write { database in
            try database.execute(sql: Self.schema)
            for job in jobs {
                try database.execute(
                    sql: """
                        INSERT INTO jobs (id, model, quantize, init, status, created_at, started_at, finished_at, error, size_bytes,
                            downloaded_bytes, total_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        job.id, job.model, job.quantize, job.initialize, job.status.rawValue, job.createdAt.rawValue, job.startedAt?.rawValue,
                        job.finishedAt?.rawValue, job.error, job.sizeBytes, job.downloadedBytes, job.totalBytes,
                    ])
            }
        }
        try queue.close()
        content = try site.content()
        rows = Dictionary(uniqueKeysWithValues: jobs.map { ($0.id, StoreAudit.legacyText($0)) })
    }

    private static func job(_ number: Int) -> Job {
        let time = Timestamp(Date(timeIntervalSince1970: 1_760_000_000 + Double(number)))
        var job = Job(
            id: "legacy-\(number)", model: "old/model\(number % 50)", quantize: "auto", initialize: number.isMultiple(of: 2), createdAt: time)
        job.status = JobStatus.documented[number % 4]
        if job.status != .queued { job.startedAt = time }
        if job.status.isFinished { job.finishedAt = time }
        if job.status == .failed { job.error = "The network was down." }
        job.sizeBytes = Int64(number) * 1000
        job.downloadedBytes = Int64(number) * 500
        job.totalBytes = Int64(number) * 1000
        return job
    }

    private static let schema = """
        CREATE TABLE jobs (
            id TEXT PRIMARY KEY, model TEXT NOT NULL, quantize TEXT, init BOOLEAN, status TEXT NOT NULL DEFAULT 'queued', created_at TEXT NOT NULL,
            started_at TEXT, finished_at TEXT, error TEXT, traceback TEXT, local_path TEXT, size_bytes INTEGER,
            downloaded_bytes INTEGER DEFAULT 0, progress REAL, total_bytes INTEGER, preferred_quantized BOOLEAN
        )
        """
}
