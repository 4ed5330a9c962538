import GRDB
public import RoostCore

/// The contents and size of jobs.db at one moment. Can be read while a server uses the file.
public struct JobFileStatistics: Sendable, Hashable, Codable {
    /// The file.
    public let path: String
    /// The schema, such as `v1.0` or `v1.7`.
    public let schema: String
    /// The number of jobs.
    public let jobs: Int
    /// The number of jobs for each status.
    public let jobsByStatus: [String: Int]
    /// The number of events in the history; 0 in a v1.0 file.
    public let events: Int
    /// The time when the oldest job was accepted.
    public let oldestJob: Timestamp?
    /// The time when the newest job was accepted.
    public let newestJob: Timestamp?
    /// The size of jobs.db in bytes.
    public let fileBytes: Int64
    /// The size of the write-ahead log in bytes.
    public let logBytes: Int64
    /// The size of a page in bytes.
    public let pageBytes: Int64
    /// The number of pages in the file.
    public let pages: Int64
    /// The number of empty pages; `roost db vacuum` removes them.
    public let freePages: Int64
    /// The journal mode: `wal`, or `delete` for a file that Roost has not opened yet.
    public let journalMode: String
    /// The version of the SQLite library in use.
    public let sqliteVersion: String

    enum CodingKeys: String, CodingKey {
        case path, schema, jobs, events, pages
        case jobsByStatus = "jobs_by_status"
        case oldestJob = "oldest_job"
        case newestJob = "newest_job"
        case fileBytes = "file_bytes"
        case logBytes = "log_bytes"
        case pageBytes = "page_bytes"
        case freePages = "free_pages"
        case journalMode = "journal_mode"
        case sqliteVersion = "sqlite_version"
    }

    /// Reads the statistics.
    ///
    /// - Parameter path: A file that `JobFileInspection` recognizes as a jobs.db.
    /// - Throws: `RoostError` with code `database` if it cannot be read.
    public init(path: String) throws {
        do {
            let queue = try JobFileConnection.reading(path)
            defer { try? queue.close() }
            self = try queue.read { try Self(path: path, database: $0) }
        } catch {
            throw JobFileConnection.failure(error, "read", path)
        }
    }

    private init(path: String, database: Database) throws {
        func number(_ sql: String) throws -> Int64 { try Int64.fetchOne(database, sql: sql) ?? 0 }
        func time(_ order: String) throws -> Timestamp? {
            let sql = "SELECT CAST(created_at AS TEXT) FROM jobs ORDER BY \(JobSchema.creationKey) \(order) LIMIT 1"
            return try String.fetchOne(database, sql: sql).map(Timestamp.init(rawValue:))
        }
        guard try database.tableExists("jobs") else {
            throw RoostError(.database, "\(path) is empty; the server makes its tables when it starts.")
        }
        self.path = path
        schema = JobSchema.name(of: Int32(clamping: try number("PRAGMA user_version")))
        let counts = try Row.fetchAll(database, sql: "SELECT CAST(status AS TEXT), count(*) FROM jobs GROUP BY status")
        jobsByStatus = Dictionary(counts.map { (String.fromDatabaseValue($0[0]) ?? "", Int.fromDatabaseValue($0[1]) ?? 0) }) { $0 + $1 }
        jobs = jobsByStatus.values.reduce(0, +)
        events = try database.tableExists("job_events") ? Int(number("SELECT count(*) FROM job_events")) : 0
        oldestJob = try time("ASC")
        newestJob = try time("DESC")
        fileBytes = try DurableFile.size(of: path) ?? 0
        logBytes = try DurableFile.size(of: path + "-wal") ?? 0
        pageBytes = try number("PRAGMA page_size")
        pages = try number("PRAGMA page_count")
        freePages = try number("PRAGMA freelist_count")
        journalMode = try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? "unknown"
        sqliteVersion = JobFileCheck.sqliteVersion
    }
}
