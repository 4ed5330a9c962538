import GRDB
import RoostCore

/// The schema of jobs.db. The sixteen columns of v1.0 come first: names, order, types and defaults are a contract with every other program that
/// opens the file. v1.5 adds columns behind them and tables beside them, v1.6 three more columns, v1.7 two more and a table of tags.
enum JobSchema {
    /// `PRAGMA application_id` of our files: "Roos". v1.0 files have 0.
    static let applicationID: Int32 = 0x526F_6F73
    /// `PRAGMA user_version` of our files, schema v1.7. v1.0 files have 0.
    static let version: Int32 = 17
    /// The first schema with our mark and the side tables, v1.5.
    static let firstMarked: Int32 = 15

    /// A schema as people call it.
    ///
    /// - Parameter version: `PRAGMA user_version`.
    /// - Returns: Such as `v1.5`; `v1.0` for 0.
    static func name(of version: Int32) -> String { version == 0 ? "v1.0" : "v\(version / 10).\(version % 10)" }

    /// The columns of v1.0.
    static let documentedColumns = [
        "id", "model", "quantize", "init", "status", "created_at", "started_at", "finished_at", "error", "traceback", "local_path", "size_bytes",
        "downloaded_bytes", "progress", "total_bytes", "preferred_quantized",
    ]

    /// What v1.5 to v1.7 add to a row. A row that a v1.0 program inserts gets the defaults. That `tags` is JSON is Swift's affair: SQLite allows no
    /// `json_valid` in a CHECK where `trusted_schema` is off, which protects us from what a schema made by others might do.
    static let addedColumns =
        [
            ("stage", "TEXT"), ("revision", "TEXT"), ("user_id", "TEXT"), ("workspace_id", "TEXT"), ("priority", "INTEGER NOT NULL DEFAULT 0"),
            ("retry_count", "INTEGER NOT NULL DEFAULT 0"), ("max_retries", "INTEGER"), ("run_after", "TEXT"),
            ("tags", "TEXT"), ("api_call_count", "INTEGER NOT NULL DEFAULT 0"), ("last_api_call", "TEXT"),
            ("owner", "TEXT"), ("attempt", "INTEGER NOT NULL DEFAULT 0"),
            ("allow_patterns", "TEXT"), ("ignore_patterns", "TEXT"), ("max_bytes_per_second", "INTEGER"),
        ] + internalColumns

    /// Columns that are no part of `Job`: how often in a row the process that ran the job ended, and how many bytes there were then.
    static let internalColumns = [("interruptions", "INTEGER NOT NULL DEFAULT 0"), ("interrupted_bytes", "INTEGER NOT NULL DEFAULT 0")]

    /// The time that rows are sorted by. Other programs write seconds or microseconds; without the `Z`, text order is time order for all of them
    /// (with it, `…00Z` would come after `…00.5Z`). No time is longer than 64 characters, and a page of a listing has to name one.
    static let creationKey = creationKey(of: "created_at")

    private static func creationKey(of column: String) -> String { "rtrim(substr(\(column), 1, 64), 'Z')" }

    /// The rank in the queue, lowest first: seconds of creation less ten minutes for each point of priority. Since all jobs age alike, the rank of
    /// a job never changes: whoever waits long enough overtakes any priority that comes later. Texts such as `now`, which mean another time at each
    /// look, may not be in an index; they have no rank, and NULL comes first.
    static let queueRank = "(julianday(CASE WHEN created_at GLOB '[0-9]*' THEN created_at END) * 86400.0 - priority * 600.0)"

    /// What the queue looks at. SQLite lets a text primary key be NULL; such a row of another program cannot be named, so it cannot be run.
    private static let isWaiting = "status = 'queued' AND stage IS NOT 'paused' AND id IS NOT NULL"
    /// What may run now.
    static let isReady = "\(isWaiting) AND run_after IS NULL"
    /// What may run later.
    static let isDelayed = "\(isWaiting) AND run_after IS NOT NULL"
    /// The time that delayed jobs are sorted by: see `creationKey`.
    static let delayKey = "rtrim(run_after, 'Z')"
    /// What has waited long enough at the time that is the argument.
    static let isDue = "\(isDelayed) AND \(delayKey) <= ?"

    /// What makes two pulls identical.
    static let identity =
        "model, coalesce(quantize, ''), coalesce(init, 0), coalesce(revision, ''), coalesce(allow_patterns, ''), coalesce(ignore_patterns, '')"

    /// Which rows must not be identical: active ones of ours. Rows that a v1.0 program inserted have no `max_retries`; it may insert a pull twice.
    static let isUnique = "status IN ('queued', 'running') AND max_retries IS NOT NULL"

    /// Who is called by a webhook: its URL up to the path. The eight bytes of `https://` are passed over, or those of `http://` and one of the host.
    static let receiver = "lower(substr(url, 1, min(instr(substr(url, 9) || '/', '/'), instr(substr(url, 9) || '?', '?')) + 7))"

    /// Brings an empty or an older database to this schema, within the caller's transaction.
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

    /// They keep the side tables right whoever changes a job. The tags of a row are noted as not listed yet (see `JobTags`): SQLite allows no
    /// `json_each` in a trigger where `trusted_schema` is off.
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

    /// Two indexes of Roost 0.1 that these replace go, that of v1.5 with fewer columns, and that of all tagged jobs; the others are made.
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
