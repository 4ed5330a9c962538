import Foundation
import GRDB
public import RoostCore

extension JobDatabase {
    /// The jobs that a filter lets through, newest first.
    ///
    /// - Parameter filter: Which ones.
    /// - Returns: The jobs, and where the next page begins.
    /// - Throws: `RoostError` with code `database`.
    public func page(matching filter: JobFilter) throws -> JobPage {
        let query = JobQuery(filter)
        return try read { try query.fetch($0) }
    }

    /// Does what `page(matching:)` does on a thread of its own: a filter that few of a million jobs pass may have to look at all of them.
    ///
    /// - Parameter filter: Which ones.
    /// - Returns: The jobs, and where the next page begins.
    /// - Throws: `RoostError` with code `database`.
    public func pageAside(matching filter: JobFilter) async throws -> JobPage {
        let query = JobQuery(filter)
        return try await readAside { try query.fetch($0) }
    }

    /// The jobs that a filter lets through, newest first, however many.
    ///
    /// - Parameter filter: Which ones.
    /// - Returns: The jobs.
    /// - Throws: `RoostError` with code `database`.
    public func jobs(matching filter: JobFilter) async throws -> [Job] {
        try await pageAside(matching: filter).jobs
    }

    /// Every job, newest first.
    ///
    /// - Returns: The jobs.
    /// - Throws: `RoostError` with code `database`.
    public func allJobs() async throws -> [Job] { try await jobs(matching: JobFilter()) }

    /// How many jobs there are of each status.
    ///
    /// - Returns: Counts by status; statuses without a job are absent.
    /// - Throws: `RoostError` with code `database`.
    public func jobCounts() async throws -> [String: Int] {
        try await readAside { database in
            // Another program may have written a status that is no text.
            let rows = try Row.fetchAll(database, sql: "SELECT CAST(status AS TEXT), count(*) FROM jobs GROUP BY status")
            return Dictionary(rows.map { ($0[0] as String, $0[1] as Int) }, uniquingKeysWith: +)
        }
    }
}

extension Timestamp {
    /// The smallest text that any program may have written for this time: `…05`, where this is `…05.000Z`.
    fileprivate var earliestSortKey: String {
        let key = sortKey
        guard key.contains(".") else { return key }
        let whole = key.reversed().drop { $0 == "0" }.drop { $0 == "." }
        return String(whole.reversed())
    }
}

/// The SQL of a filter.
private struct JobQuery: Sendable {
    private var conditions: [String] = []
    private var arguments: [DatabaseValue] = []
    private let limit: Int?

    init(_ filter: JobFilter) {
        limit = filter.limit
        if let prefix = filter.idPrefix {
            match("id >= ?", prefix)
            // The greatest character there is: ids are compared byte by byte.
            match("id < ?", prefix + "\u{10FFFF}")
        }
        match("status = ?", filter.status?.rawValue)
        match("model = ?", filter.model)
        match("user_id = ?", filter.userID)
        match("workspace_id = ?", filter.workspaceID)
        // Another program may have written something that is no JSON; `json_each` would stop at it.
        match("tags IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(iif(json_valid(tags), tags, '[]')) WHERE value = ?)", filter.tag)
        match("\(JobSchema.creationKey) >= ?", filter.since?.earliestSortKey)
        if let cursor = filter.cursor {
            let key = Data(cursor.key).databaseValue
            conditions.append("\(JobSchema.creationKey) <= \(Self.textOfBytes) AND (\(JobSchema.creationKey) < \(Self.textOfBytes) OR rowid < ?)")
            arguments += [key, key, cursor.row.databaseValue]
        }
    }

    /// An argument of bytes as a text. Without the `||` it would have a column's affinity, which no index on an expression has.
    private static let textOfBytes = "(CAST(? AS TEXT) || '')"

    private mutating func match(_ condition: String, _ value: String?) {
        guard let value else { return }
        conditions.append(condition)
        arguments.append(value.databaseValue)
    }

    /// One more than the limit is read, to know whether there is a next page.
    func fetch(_ database: Database) throws -> JobPage {
        let key = JobSchema.creationKey
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let end = limit == nil ? "" : "LIMIT ?"
        let statement = try database.cachedStatement(
            sql: "SELECT \(JobRow.list), rowid, \(key) FROM jobs \(filter) ORDER BY \(key) DESC, rowid DESC \(end)")
        let cursor = try Row.fetchCursor(statement, arguments: StatementArguments(arguments + (limit.map { [($0 + 1).databaseValue] } ?? [])))
        var jobs: [Job] = []
        var last: JobCursor?
        while try cursor.next() != nil {
            if jobs.count == limit { return JobPage(jobs: jobs, next: last) }
            let row = ColumnReader(statement)
            jobs.append(JobRow.decode(row))
            if jobs.count == limit { last = Self.place(row) }
        }
        return JobPage(jobs: jobs, next: nil)
    }

    private static func place(_ row: ColumnReader) -> JobCursor {
        let columns = Int32(JobRow.columns.count)
        return JobCursor(key: row.bytes(columns + 1) ?? [], row: row.integer(columns) ?? 0)
    }
}
