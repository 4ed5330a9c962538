import Foundation
import GRDB
import RoostCore
import SystemPackage

/// A jobs.db of schema v1.0, as another program wrote it.
struct DocumentedFile {
    static let columns = Job.CodingKeys.allCases.prefix(16).map(\.rawValue)

    /// The statement of the documentation, word for word.
    static let schema = """
        CREATE TABLE IF NOT EXISTS jobs (
            id TEXT PRIMARY KEY,
            model TEXT NOT NULL,
            quantize TEXT,
            init BOOLEAN,
            status TEXT NOT NULL DEFAULT 'queued',
            created_at TEXT NOT NULL,
            started_at TEXT,
            finished_at TEXT,
            error TEXT,
            traceback TEXT,
            local_path TEXT,
            size_bytes INTEGER,
            downloaded_bytes INTEGER DEFAULT 0,
            progress REAL,
            total_bytes INTEGER,
            preferred_quantized BOOLEAN
        )
        """

    /// Rows as they are found in the wild, and some that only a broken program writes: SQL literals of the sixteen columns.
    static let oddRows = [
        "'plain', 'org/name', 'auto', 0, 'queued', '2026-01-01T00:00:00.000Z', NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL",
        "'seconds', 'org/name', 'q4', 1, 'succeeded', '2026-01-01T00:00:01Z', '2026-01-01T00:00:02Z', '2026-01-01T00:00:03Z', NULL, NULL, '/x', 9, 9, 1, 9, 1",
        "'micro', 'org/name', 'no', 0, 'failed', '2026-01-01T00:00:01.500001Z', NULL, '2026-01-01T00:00:02.123456Z', 'it broke', 'Traceback:\n  x', NULL, NULL, 3, 0.3333333333333333, 10, 0",
        "'offset', 'org/name', 'fp16', 0, 'queued', '2026-01-01T00:00:02+00:00', NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL",
        "'offset-micro', 'org/name', 'fp16', 0, 'queued', '2026-01-01T00:00:02.250000+00:00', NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL",
        "'banana', 'org/name', 'auto', 0, 'banana', '2026-01-01T00:00:03.000Z', NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL",
        "'cancelled', 'org/name', 'auto', 0, 'cancelled', '2026-01-01T00:00:04.000Z', NULL, '', '', '', '', NULL, NULL, NULL, NULL, NULL",
        "'nulls', 'org/nulls', NULL, NULL, 'queued', '2026-01-01T00:00:05.000Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        "'twin-1', 'org/twin', 'auto', 0, 'queued', '2026-01-01T00:00:06.000Z', NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL",
        "'twin-2', 'org/twin', 'auto', 0, 'queued', '2026-01-01T00:00:06.000Z', NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL",
        "'twin-3', 'org/twin', 'auto', 0, 'running', '2026-01-01T00:00:06.000Z', '2026-01-01T00:00:07Z', NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL",
        "'words', 'org/words', 'rotten', 'maybe', 'queued', '2026-01-01T00:00:08.000Z', NULL, NULL, NULL, NULL, NULL, 'big', 'many', 'half', 'all', 'yes'",
        "'reals', 'org/reals', 'auto', 0.5, 'queued', '2026-01-01T00:00:09.000Z', NULL, NULL, NULL, NULL, NULL, 1.5, -7, 7.5, 1e300, 2",
        "NULL, 'org/nameless', 'auto', 0, 'queued', '2026-01-01T00:00:10.000Z', NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL",
        "NULL, 'org/nameless', 'auto', 0, 'running', '2026-01-01T00:00:10.000Z', NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL",
        "'', '', '', 0, 'queued', '2026-01-01T00:00:11.000Z', NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL",
        "'no-time', 'org/name', 'auto', 0, 'succeeded', '', NULL, 'yesterday', NULL, NULL, NULL, NULL, 0, NULL, NULL, NULL",
        "'blobs', 'org/name', x'00ff', 0, 'failed', '2026-01-01T00:00:12.000Z', NULL, NULL, x'c3', 'ünïcode 🦉', NULL, 9223372036854775807, 0, NULL, -1, NULL",
        "17, 18, 19, 0, 'succeeded', '2026-01-01T00:00:13.000Z', NULL, NULL, 1, 2, 3, '4', '5', '0.5', '6', '1'",
    ]

    let path: String

    /// Makes the file.
    init(in directory: FilePath, rows: [String] = oddRows) async throws {
        path = directory.appending("jobs.db").string
        let connection = try DatabaseQueue(path: path)
        try await connection.write { db in
            try db.execute(sql: Self.schema)
            for row in rows { try db.execute(sql: "INSERT INTO jobs VALUES (\(row))") }
        }
        try connection.close()
    }

    /// Every documented value with its type, as SQLite has it, in the order of the rows: what must not change by a byte.
    static func dump(_ path: String) async throws -> [String] {
        let values = columns.map { "typeof(\($0)) || ':' || quote(\($0))" }.joined(separator: ", ")
        let connection = try DatabaseQueue(path: path)
        let lines = try await connection.read { db in
            try Row.fetchAll(db, sql: "SELECT rowid, \(values) FROM jobs ORDER BY rowid").map { row in
                row.databaseValues.map { String.fromDatabaseValue($0) ?? "?" }.joined(separator: "|")
            }
        }
        try connection.close()
        return lines
    }
}
