import Foundation
import GRDB
import RoostCore

/// Converts jobs to rows and rows to jobs.
enum JobRow {
    static let columns = Job.CodingKeys.allCases.map(\.rawValue)
    static let list = columns.joined(separator: ", ")
    static let placeholders = Array(repeating: "?", count: columns.count).joined(separator: ", ")

    /// Returns all rows of a query whose first columns are `list`.
    static func fetchAll(_ database: Database, sql: String, arguments: StatementArguments) throws -> [Job] {
        try ColumnReader.fetchAll(database, sql: sql, arguments: arguments, decode)
    }

    /// Returns the first row of a query whose first columns are `list`.
    static func fetchOne(_ database: Database, sql: String, arguments: StatementArguments) throws -> Job? {
        let statement = try database.cachedStatement(sql: sql)
        let cursor = try Row.fetchCursor(statement, arguments: arguments)
        return try cursor.next() == nil ? nil : decode(ColumnReader(statement))
    }

    /// Returns the job with an id; `nil` if there is none.
    static func fetchOne(_ database: Database, id: String) throws -> Job? {
        guard id.isWholeInSQLite else { return nil }
        return try fetchOne(database, sql: selectByID, arguments: [id])
    }

    private static let selectByID = "SELECT \(list) FROM jobs WHERE id = ?"

    /// Decodes a row whose first columns are those of `list`, in order.
    static func decode(_ row: ColumnReader) -> Job {
        var job = Job(
            id: row.text(0) ?? "", model: row.text(1) ?? "", quantize: row.text(2), initialize: row.bool(3),
            createdAt: Timestamp(rawValue: row.text(5) ?? ""))
        job.status = JobStatus(rawValue: row.text(4) ?? "")
        job.startedAt = row.time(6)
        job.finishedAt = row.time(7)
        job.error = row.text(8)
        job.traceback = row.text(9)
        job.localPath = row.text(10)
        job.sizeBytes = row.integer(11)
        job.downloadedBytes = row.integer(12)
        job.progress = row.double(13)
        job.totalBytes = row.integer(14)
        job.preferredQuantized = row.bool(15)
        job.stage = row.text(16).map(PullStage.init(rawValue:))
        job.revision = row.text(17)
        job.userID = row.text(18)
        job.workspaceID = row.text(19)
        job.priority = Int(row.integer(20) ?? 0)
        job.retryCount = row.count(21)
        job.maxRetries = row.integer(22) == nil ? nil : row.count(22)
        job.runAfter = row.time(23)
        job.tags = list(row.text(24))
        job.apiCallCount = row.count(25)
        job.lastAPICall = row.time(26)
        job.owner = row.text(27)
        job.attempt = row.count(28)
        job.allowPatterns = list(row.text(29))
        job.ignorePatterns = list(row.text(30))
        job.maxBytesPerSecond = row.integer(31)
        return job
    }

    /// The approximate number of bytes of a job's text: the sum of the fields that can be long.
    static func textBytes(_ job: Job) -> Int {
        let texts = [job.model, job.error, job.traceback, job.localPath, job.userID, job.workspaceID].reduce(0) { $0 + ($1?.utf8.count ?? 0) }
        return [job.tags, job.allowPatterns, job.ignorePatterns].reduce(texts) { $0 + ($1 ?? []).reduce(0) { $0 + $1.utf8.count } }
    }

    /// The values of all columns, in the order of `list`.
    static func values(_ job: Job) -> [DatabaseValue] {
        [
            job.id.databaseValue, job.model.databaseValue, value(job.quantize), value(job.initialize), job.status.rawValue.databaseValue,
            job.createdAt.rawValue.databaseValue, value(job.startedAt?.rawValue), value(job.finishedAt?.rawValue), value(job.error),
            value(job.traceback), value(job.localPath), value(job.sizeBytes), value(job.downloadedBytes), value(job.progress),
            value(job.totalBytes), value(job.preferredQuantized), value(job.stage?.rawValue), value(job.revision), value(job.userID),
            value(job.workspaceID), job.priority.databaseValue, job.retryCount.databaseValue, value(job.maxRetries),
            value(job.runAfter?.rawValue), value(listText(job.tags)), job.apiCallCount.databaseValue, value(job.lastAPICall?.rawValue),
            value(job.owner), job.attempt.databaseValue, value(listText(job.allowPatterns)), value(listText(job.ignorePatterns)),
            value(job.maxBytesPerSecond),
        ]
    }

    private static func value(_ value: (some DatabaseValueConvertible)?) -> DatabaseValue { value?.databaseValue ?? .null }

    /// The JSON array that the column of a list contains. Strings always have a JSON text.
    static func listText(_ list: [String]?) -> String? {
        list.map { (try? JSONEncoder().encode($0)).map { String(decoding: $0, as: UTF8.self) } ?? "[]" }
    }

    private static func list(_ text: String?) -> [String]? { text.flatMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) } }
}

extension String {
    /// Whether SQLite receives the complete text as an argument. It ends the text at the first NUL, and would find the
    /// row with the shorter name.
    var isWholeInSQLite: Bool { !utf8.contains(0) }

    /// The text to store: with NULs replaced, and limited to a number of bytes. Hubs and engines write sentences of any
    /// length.
    func kept(bytes limit: Int) -> String {
        let whole = isWholeInSQLite ? self : replacing("\u{0}", with: "\u{FFFD}")
        guard whole.utf8.count > limit else { return whole }
        var end = whole.utf8.index(whole.startIndex, offsetBy: limit)
        while end.samePosition(in: whole.unicodeScalars) == nil { whole.utf8.formIndex(before: &end) }
        return whole[..<end] + "…"
    }
}
