import GRDB
import RoostCore

extension Job: StoredRow {
    static var blank: Job {
        var job = Job(id: "", model: "", quantize: nil, initialize: nil, createdAt: Timestamp(rawValue: ""))
        job.status = JobStatus(rawValue: "")
        return job
    }

    mutating func columns(_ visitor: inout some ColumnVisitor) {
        visitor.column("id", &id)
        visitor.column("model", &model)
        visitor.column("quantize", &quantize)
        visitor.column("init", &initialize)
        visitor.column("status", &status)
        visitor.column("created_at", &createdAt)
        visitor.column("started_at", &startedAt)
        visitor.column("finished_at", &finishedAt)
        visitor.column("error", &error)
        visitor.column("traceback", &traceback)
        visitor.column("local_path", &localPath)
        visitor.column("size_bytes", &sizeBytes)
        visitor.column("downloaded_bytes", &downloadedBytes)
        visitor.column("progress", &progress)
        visitor.column("total_bytes", &totalBytes)
        visitor.column("preferred_quantized", &preferredQuantized)
        visitor.column("stage", &stage)
        visitor.column("revision", &revision)
        visitor.column("user_id", &userID)
        visitor.column("workspace_id", &workspaceID)
        visitor.column("priority", &priority)
        visitor.count("retry_count", &retryCount)
        visitor.count("max_retries", &maxRetries)
        visitor.column("run_after", &runAfter)
        visitor.column("tags", &tags)
        visitor.count("api_call_count", &apiCallCount)
        visitor.column("last_api_call", &lastAPICall)
        visitor.column("owner", &owner)
        visitor.count("attempt", &attempt)
        visitor.column("allow_patterns", &allowPatterns)
        visitor.column("ignore_patterns", &ignorePatterns)
        visitor.column("max_bytes_per_second", &maxBytesPerSecond)
    }
}

/// The SQL for rows of jobs, and queries for them.
enum JobRow {
    static let columns = Job.columnNames
    static let list = Job.columnList
    static let placeholders = Array(repeating: "?", count: columns.count).joined(separator: ", ")

    /// Returns all rows of a query whose first columns are `list`.
    static func fetchAll(_ database: Database, sql: String, arguments: StatementArguments) throws -> [Job] {
        try ColumnReader.fetchAll(database, sql: sql, arguments: arguments, Job.init)
    }

    /// Returns the first row of a query whose first columns are `list`.
    static func fetchOne(_ database: Database, sql: String, arguments: StatementArguments) throws -> Job? {
        let statement = try database.cachedStatement(sql: sql)
        let cursor = try Row.fetchCursor(statement, arguments: arguments)
        return try cursor.next() == nil ? nil : Job(ColumnReader(statement))
    }

    /// Returns the job with an id; `nil` if there is none.
    static func fetchOne(_ database: Database, id: String) throws -> Job? {
        guard id.isWholeInSQLite else { return nil }
        return try fetchOne(database, sql: selectByID, arguments: [id])
    }

    private static let selectByID = "SELECT \(list) FROM jobs WHERE id = ?"

    /// The approximate number of bytes of a job's text: the sum of the fields that can be long.
    static func textBytes(_ job: Job) -> Int {
        let texts = [job.model, job.error, job.traceback, job.localPath, job.userID, job.workspaceID].reduce(0) { $0 + ($1?.utf8.count ?? 0) }
        return [job.tags, job.allowPatterns, job.ignorePatterns].reduce(texts) { $0 + ($1 ?? []).reduce(0) { $0 + $1.utf8.count } }
    }
}

extension String {
    /// Whether SQLite receives the complete text as an argument. It ends the text at the first NUL, and would find the
    /// row with the shorter name.
    var isWholeInSQLite: Bool { !utf8.contains(0) }
}
