import GRDB
import RoostCore

/// The documented schema, v1.0. Names, order, types and defaults are a contract with every other program that opens jobs.db.
enum JobSchema {
    /// Creates the table in a fresh file and leaves an existing one alone.
    ///
    /// - Parameter database: The writer.
    /// - Throws: `RoostError` with code `database` when a `jobs` table is there that is not ours.
    static func create(in database: Database) throws {
        try database.execute(
            sql: """
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
                """)
        let columns = try database.columns(in: "jobs").map(\.name)
        let documented = Job.CodingKeys.allCases.map(\.rawValue)
        guard Array(columns.prefix(documented.count)) == documented else {
            throw RoostError(
                .database,
                "The table `jobs` in this file does not begin with the documented columns, so it is not a jobs.db; nothing was changed. Choose another ROOST_HOME.",
                context: ["columns": columns.joined(separator: ", ")])
        }
        try database.execute(sql: "CREATE INDEX IF NOT EXISTS jobs_by_creation ON jobs (created_at)")
        try database.execute(sql: "CREATE INDEX IF NOT EXISTS jobs_by_status ON jobs (status, created_at)")
    }
}
