import GRDB
import RoostCore

/// The schema of jobs.db. The sixteen columns of v1.0 come first: their names, order, types and defaults are a contract
/// with every other program that opens the file. v1.5 adds columns after them and further tables, v1.6 adds three
/// columns, v1.7 two columns and a table of tags.
enum JobSchema {
    /// The `PRAGMA application_id` of Roost's files: "Roos". v1.0 files have 0.
    static let applicationID: Int32 = 0x526F_6F73
    /// The `PRAGMA user_version` of Roost's files, schema v1.7. v1.0 files have 0.
    static let version: Int32 = 17
    /// The first schema with the application id and the further tables, v1.5.
    static let firstMarked: Int32 = 15

    /// The name of a schema for users.
    ///
    /// - Parameter version: `PRAGMA user_version`.
    /// - Returns: A name such as `v1.5`; `v1.0` for 0.
    static func name(of version: Int32) -> String { version == 0 ? "v1.0" : "v\(version / 10).\(version % 10)" }

    /// The columns of v1.0.
    static let documentedColumns = [
        "id", "model", "quantize", "init", "status", "created_at", "started_at", "finished_at", "error", "traceback", "local_path", "size_bytes",
        "downloaded_bytes", "progress", "total_bytes", "preferred_quantized",
    ]

    /// The columns that v1.5 to v1.7 add. A row that a v1.0 program inserts gets the defaults. Swift code, not a
    /// constraint, ensures that `tags` is JSON: SQLite does not allow `json_valid` in a CHECK when `trusted_schema` is
    /// off, a setting that protects against a malicious schema.
    static let addedColumns =
        [
            ("stage", "TEXT"), ("revision", "TEXT"), ("user_id", "TEXT"), ("workspace_id", "TEXT"), ("priority", "INTEGER NOT NULL DEFAULT 0"),
            ("retry_count", "INTEGER NOT NULL DEFAULT 0"), ("max_retries", "INTEGER"), ("run_after", "TEXT"),
            ("tags", "TEXT"), ("api_call_count", "INTEGER NOT NULL DEFAULT 0"), ("last_api_call", "TEXT"),
            ("owner", "TEXT"), ("attempt", "INTEGER NOT NULL DEFAULT 0"),
            ("allow_patterns", "TEXT"), ("ignore_patterns", "TEXT"), ("max_bytes_per_second", "INTEGER"),
        ] + internalColumns

    /// Columns that are not part of `Job`: the number of consecutive interruptions by the end of the process, and the
    /// number of bytes at the last one.
    static let internalColumns = [("interruptions", "INTEGER NOT NULL DEFAULT 0"), ("interrupted_bytes", "INTEGER NOT NULL DEFAULT 0")]

    /// The time that rows are sorted by, as SQL. Other programs write seconds or microseconds. Without the `Z`, the
    /// order of the texts is the order of the times (with it, `…00Z` would come after `…00.5Z`). Times are cut to 64
    /// characters, because the cursor of a page contains one.
    static let creationKey = creationKey(of: "created_at")

    private static func creationKey(of column: String) -> String { "rtrim(substr(\(column), 1, 64), 'Z')" }

    /// The rank in the queue, lowest first: the seconds of creation minus ten minutes for each point of priority. All
    /// jobs age alike, so the rank of a job never changes: a job that has waited long enough is ahead of any job of
    /// higher priority that is created later. Texts such as `now`, whose meaning changes, are not allowed in an index.
    /// They have no rank, and NULL comes first.
    static let queueRank = "(julianday(CASE WHEN created_at GLOB '[0-9]*' THEN created_at END) * 86400.0 - priority * 600.0)"

    /// The condition for waiting jobs. SQLite allows NULL in a text primary key. Such a row of another program has no
    /// id, so it cannot run.
    private static let isWaiting = "status = 'queued' AND stage IS NOT 'paused' AND id IS NOT NULL"
    /// The condition for jobs that may run now.
    static let isReady = "\(isWaiting) AND run_after IS NULL"
    /// The condition for jobs that may run later.
    static let isDelayed = "\(isWaiting) AND run_after IS NOT NULL"
    /// The time that delayed jobs are sorted by, as SQL: see `creationKey`.
    static let delayKey = "rtrim(run_after, 'Z')"
    /// The condition for delayed jobs that are due at the time in the argument.
    static let isDue = "\(isDelayed) AND \(delayKey) <= ?"

    /// The columns that make two pulls identical.
    static let identity =
        "model, coalesce(quantize, ''), coalesce(init, 0), coalesce(revision, ''), coalesce(allow_patterns, ''), coalesce(ignore_patterns, '')"

    /// The condition for rows that must not be identical: active rows of Roost. Rows that a v1.0 program inserted have
    /// no `max_retries`, and may occur twice.
    static let isUnique = "status IN ('queued', 'running') AND max_retries IS NOT NULL"

    /// The receiver of a webhook, as SQL: its URL up to the path. The search starts after the eight bytes of
    /// `https://`, or of `http://` and one character of the host.
    static let receiver = "lower(substr(url, 1, min(instr(substr(url, 9) || '/', '/'), instr(substr(url, 9) || '?', '?')) + 7))"

    /// Migrates an empty or older database to this schema, within the caller's transaction.
    ///
    /// - Parameter database: The writer.
    /// - Throws: `DatabaseError`.
    static func migrate(_ database: Database) throws {
        try database.execute(sql: createJobs)
        let present = try database.columns(in: "jobs").map(\.name)
        for (name, type) in addedColumns where !present.contains(name) {
            try database.execute(sql: "ALTER TABLE jobs ADD COLUMN \(name) \(type)")
        }
        let hadTags = try database.tableExists("job_tags")
        for statement in sideTables + triggers + indexes { try database.execute(sql: statement) }
        if !hadTags { try JobTags.listAll(database) }
        try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        try database.execute(sql: "PRAGMA user_version = \(version)")
    }

    private static let createJobs = """
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

    static let sideTables = [
        """
        CREATE TABLE IF NOT EXISTS job_events (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            job_id TEXT NOT NULL,
            time TEXT NOT NULL,
            kind TEXT NOT NULL,
            status TEXT NOT NULL,
            stage TEXT,
            message TEXT
        )
        """,
        """
        CREATE TABLE IF NOT EXISTS job_files (
            job_id TEXT NOT NULL,
            path TEXT NOT NULL,
            size INTEGER NOT NULL CHECK (size >= 0),
            digest TEXT NOT NULL,
            verified TEXT NOT NULL DEFAULT '[]',
            PRIMARY KEY (job_id, path)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE IF NOT EXISTS job_webhooks (
            job_id TEXT NOT NULL,
            url TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            next_try TEXT,
            delivered_at TEXT,
            error TEXT,
            PRIMARY KEY (job_id, url)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE IF NOT EXISTS job_tags (
            tag TEXT NOT NULL,
            key TEXT NOT NULL,
            job_id TEXT NOT NULL,
            PRIMARY KEY (tag, key, job_id)
        ) WITHOUT ROWID
        """,
    ]

    /// The triggers that keep the further tables consistent when any program changes a job. They only mark the tags of
    /// a row as not listed (see `JobTags`), because SQLite does not allow `json_each` in a trigger when
    /// `trusted_schema` is off.
    private static let triggers = [
        "DROP TRIGGER IF EXISTS jobs_deleted",
        """
        CREATE TRIGGER jobs_deleted AFTER DELETE ON jobs BEGIN
            DELETE FROM job_events WHERE job_id = old.id;
            DELETE FROM job_files WHERE job_id = old.id;
            DELETE FROM job_webhooks WHERE job_id = old.id;
            DELETE FROM job_tags WHERE job_id = old.id;
        END
        """,
        """
        CREATE TRIGGER IF NOT EXISTS jobs_tagged AFTER INSERT ON jobs WHEN new.tags IS NOT NULL AND new.id IS NOT NULL BEGIN
            DELETE FROM job_tags WHERE job_id = new.id;
            INSERT INTO job_tags (tag, key, job_id) VALUES ('', \(creationKey(of: "new.created_at")), new.id);
        END
        """,
        """
        CREATE TRIGGER IF NOT EXISTS jobs_retagged AFTER UPDATE OF id, created_at, tags ON jobs BEGIN
            DELETE FROM job_tags WHERE job_id IN (old.id, new.id);
            INSERT INTO job_tags (tag, key, job_id)
                SELECT '', \(creationKey(of: "new.created_at")), new.id WHERE new.tags IS NOT NULL AND new.id IS NOT NULL;
        END
        """,
    ]

    /// The indexes. Four older ones are removed because others replace them: two of Roost 0.1, one of v1.5 with fewer
    /// columns, and the index of all tagged jobs.
    static let indexes = [
        "DROP INDEX IF EXISTS jobs_by_creation",
        "DROP INDEX IF EXISTS jobs_by_status",
        "DROP INDEX IF EXISTS jobs_active",
        "DROP INDEX IF EXISTS jobs_with_tags",
        "CREATE INDEX IF NOT EXISTS jobs_by_time ON jobs (\(creationKey))",
        "CREATE INDEX IF NOT EXISTS jobs_by_status_and_time ON jobs (status, \(creationKey))",
        "CREATE INDEX IF NOT EXISTS jobs_by_model ON jobs (model, \(creationKey))",
        "CREATE INDEX IF NOT EXISTS jobs_by_user ON jobs (user_id, \(creationKey)) WHERE user_id IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS jobs_by_workspace ON jobs (workspace_id, \(creationKey)) WHERE workspace_id IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS jobs_in_queue ON jobs (\(queueRank)) WHERE \(isReady)",
        "CREATE INDEX IF NOT EXISTS jobs_delayed ON jobs (\(delayKey)) WHERE \(isDelayed)",
        "CREATE UNIQUE INDEX IF NOT EXISTS jobs_active ON jobs (\(identity)) WHERE \(isUnique)",
        "CREATE INDEX IF NOT EXISTS job_events_by_job ON job_events (job_id, seq)",
        "CREATE INDEX IF NOT EXISTS job_webhooks_due ON job_webhooks (next_try) WHERE next_try IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS job_webhooks_by_receiver ON job_webhooks (\(receiver), next_try) WHERE next_try IS NOT NULL",
        "CREATE INDEX IF NOT EXISTS job_tags_by_job ON job_tags (job_id)",
    ]
}
