import Foundation
import GRDB
import GRDBSQLite
import RoostCore

/// How a job becomes a row and a row a job.
///
/// Columns are read with SQLite's own conversions: a row of another program may hold a text where a number belongs, and must not stop the server.
enum JobRow {
    static let columns = Job.CodingKeys.allCases.map(\.rawValue)
    static let list = columns.joined(separator: ", ")
    static let placeholders = Array(repeating: "?", count: columns.count).joined(separator: ", ")

    /// All rows of a query that selects `list` first.
    static func fetchAll(_ database: Database, sql: String, arguments: StatementArguments) throws -> [Job] {
        let statement = try database.cachedStatement(sql: sql)
        let cursor = try Row.fetchCursor(statement, arguments: arguments)
        var jobs: [Job] = []
        while try cursor.next() != nil { jobs.append(decode(statement.sqliteStatement)) }
        return jobs
    }

    /// The first row of a query that selects `list` first.
    static func fetchOne(_ database: Database, sql: String, arguments: StatementArguments) throws -> Job? {
        let statement = try database.cachedStatement(sql: sql)
        let cursor = try Row.fetchCursor(statement, arguments: arguments)
        return try cursor.next() == nil ? nil : decode(statement.sqliteStatement)
    }

    /// The row that the statement stands on; the columns are those of `list`, in order.
    static func decode(_ row: SQLiteStatement) -> Job {
        var job = Job(
            id: text(row, 0) ?? "", model: text(row, 1) ?? "", quantize: text(row, 2), initialize: bool(row, 3),
            createdAt: Timestamp(rawValue: text(row, 5) ?? ""))
        job.status = JobStatus(rawValue: text(row, 4) ?? "")
        job.startedAt = time(row, 6)
        job.finishedAt = time(row, 7)
        job.error = text(row, 8)
        job.traceback = text(row, 9)
        job.localPath = text(row, 10)
        job.sizeBytes = integer(row, 11)
        job.downloadedBytes = integer(row, 12)
        job.progress = isNull(row, 13) ? nil : sqlite3_column_double(row, 13)
        job.totalBytes = integer(row, 14)
        job.preferredQuantized = bool(row, 15)
        job.stage = text(row, 16).map(PullStage.init(rawValue:))
        job.revision = text(row, 17)
        job.userID = text(row, 18)
        job.workspaceID = text(row, 19)
        job.priority = Int(sqlite3_column_int64(row, 20))
        job.retryCount = Int(sqlite3_column_int64(row, 21))
        job.maxRetries = integer(row, 22).map { Int($0) }
        job.runAfter = time(row, 23)
        job.tags = text(row, 24).flatMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) }
        job.apiCallCount = Int(sqlite3_column_int64(row, 25))
        job.lastAPICall = time(row, 26)
        job.owner = text(row, 27)
        job.attempt = Int(sqlite3_column_int64(row, 28))
        return job
    }

    /// The values of all columns, in the order of `list`.
    static func values(_ job: Job) -> [DatabaseValue] {
        [
            job.id.databaseValue, job.model.databaseValue, value(job.quantize), value(job.initialize), job.status.rawValue.databaseValue,
            job.createdAt.rawValue.databaseValue, value(job.startedAt?.rawValue), value(job.finishedAt?.rawValue), value(job.error),
            value(job.traceback), value(job.localPath), value(job.sizeBytes), value(job.downloadedBytes), value(job.progress),
            value(job.totalBytes), value(job.preferredQuantized), value(job.stage?.rawValue), value(job.revision), value(job.userID),
            value(job.workspaceID), job.priority.databaseValue, job.retryCount.databaseValue, value(job.maxRetries),
            value(job.runAfter?.rawValue), value(job.tags.map(tagsText)), job.apiCallCount.databaseValue, value(job.lastAPICall?.rawValue),
            value(job.owner), job.attempt.databaseValue,
        ]
    }

    private static func value(_ value: (some DatabaseValueConvertible)?) -> DatabaseValue { value?.databaseValue ?? .null }

    /// Strings always have a JSON text.
    private static func tagsText(_ tags: [String]) -> String { (try? JSONEncoder().encode(tags)).map { String(decoding: $0, as: UTF8.self) } ?? "[]" }

    private static func isNull(_ row: SQLiteStatement, _ column: Int32) -> Bool { sqlite3_column_type(row, column) == SQLITE_NULL }

    private static func text(_ row: SQLiteStatement, _ column: Int32) -> String? { sqlite3_column_text(row, column).map { String(cString: $0) } }

    private static func integer(_ row: SQLiteStatement, _ column: Int32) -> Int64? {
        isNull(row, column) ? nil : sqlite3_column_int64(row, column)
    }

    private static func bool(_ row: SQLiteStatement, _ column: Int32) -> Bool? {
        isNull(row, column) ? nil : sqlite3_column_int64(row, column) != 0
    }

    private static func time(_ row: SQLiteStatement, _ column: Int32) -> Timestamp? { text(row, column).map(Timestamp.init(rawValue:)) }
}
