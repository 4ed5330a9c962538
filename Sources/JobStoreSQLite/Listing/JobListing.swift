import GRDB
import JobStore
import RoostCore

/// A page under construction, built in several queries.
///
/// The jobs that match one condition are a range of an index, and one query is enough. With several conditions, the
/// range of one of them is walked and the others are tested at each row. Such a query examines at most a few thousand
/// rows, in the range that reaches furthest back in time with them.
struct JobListing: Sendable {
    /// The maximum number of rows that a query examines.
    static let rowsOfLook = 5000
    /// The number of queries after which an incomplete page is returned: a quarter of a million rows were examined.
    static let mostLooks = 50
    /// The bytes of text after which a page ends early.
    static let mostBytes = 4 << 20

    private let stretches: [JobStretch]
    private let since: String?
    private let limit: Int?
    private var jobs: [Job] = []
    private var bytes = 0
    /// The last row that was examined or added.
    private var place: JobPlace?
    private var isExhausted = false
    private var hasMore = false

    /// Starts a page.
    ///
    /// - Parameter filter: The filter.
    /// - Throws: `RoostError` with code `invalidRequest` for a cursor that this store did not make.
    init(_ filter: JobFilter) throws {
        let conditions: [(JobStretch.Kind, String?)] = [
            (.id, filter.idPrefix), (.user, filter.userID), (.workspace, filter.workspaceID), (.model, filter.model), (.tag, filter.tag),
            (.status, filter.status?.rawValue),
        ]
        let found = conditions.compactMap { kind, value in value.map { JobStretch(kind: kind, value: $0) } }
        stretches = found.isEmpty ? [JobStretch(kind: .everything, value: nil)] : found
        since = filter.since?.earliestSortKey
        limit = filter.limit
        place = try filter.cursor.map(JobPlace.init)
        isExhausted = !found.allSatisfy { $0.value?.isWholeInSQLite ?? true }
    }

    /// Whether the page is finished.
    var isComplete: Bool { isExhausted || hasMore }

    /// The jobs that were found, and the place where the next page begins.
    var page: JobPage { JobPage(jobs: jobs, next: isExhausted ? nil : place?.cursor) }

    private var isFull: Bool { limit.map { jobs.count >= $0 || bytes > Self.mostBytes } ?? false }

    /// Examines the next rows.
    ///
    /// - Parameter database: A reader. Each call may see a different state.
    /// - Throws: `DatabaseError`.
    mutating func look(_ database: Database) throws {
        let isOneLook = stretches.count == 1 || stretches[0].kind == .id
        let (stretch, end) = isOneLook ? (stretches[0], nil) : try furthest(database)
        let others = stretches.filter { $0.kind != stretch.kind }
        let (bounds, boundValues) = stretch.bounds(since: since, after: place, to: end)
        let conditions = [stretch.condition].compactMap(\.self) + others.compactMap(\.conditionOfRow) + bounds
        let values = stretch.values + others.flatMap(\.valuesOfRow) + boundValues
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(JobRow.list), jobs.rowid, \(stretch.key) FROM \(stretch.rows(isForced: !isOneLook))
                \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
                ORDER BY \(stretch.key) DESC, jobs.rowid DESC \(limit == nil ? "" : "LIMIT ?")
                """)
        // One row more than requested shows whether there is a next page.
        let rest = limit.map { [($0 - jobs.count + 1).databaseValue] } ?? []
        let cursor = try Row.fetchCursor(statement, arguments: StatementArguments(values + rest))
        while try cursor.next() != nil {
            guard !isFull else { return hasMore = true }
            take(ColumnReader(statement))
        }
        if let end { place = JobPlace(key: end, row: .min) } else { isExhausted = true }
    }

    private mutating func take(_ row: ColumnReader) {
        let columns = Int32(JobRow.columns.count)
        let job = Job(row)
        jobs.append(job)
        bytes += JobRow.textBytes(job)
        place = JobPlace(key: row.bytes(columns + 1) ?? [], row: row.integer(columns) ?? 0)
    }

    /// The range that reaches furthest with the rows of one query, and the last key it reaches; no key if the query
    /// reaches the end of the range.
    private func furthest(_ database: Database) throws -> (JobStretch, end: [UInt8]?) {
        var best: (JobStretch, end: [UInt8])?
        for stretch in stretches {
            let (bounds, values) = stretch.boundsOfKeys(since: since, after: place)
            let conditions = [stretch.conditionOfKeys].compactMap(\.self) + bounds
            let ends = try ColumnReader.fetchAll(
                database,
                sql: """
                    SELECT \(stretch.key) FROM \(stretch.keys) WHERE \(conditions.joined(separator: " AND "))
                    ORDER BY \(stretch.key) DESC LIMIT 1 OFFSET \(Self.rowsOfLook - 1)
                    """, arguments: StatementArguments(stretch.valuesOfKeys + values)
            ) { $0.bytes(0) ?? [] }
            guard let end = ends.first else { return (stretch, nil) }
            if best.map({ end.lexicographicallyPrecedes($0.end) }) ?? true { best = (stretch, end) }
        }
        guard let best else { return (stretches[0], nil) }
        return best
    }
}

extension Timestamp {
    /// The smallest text that another program may have written for this time: `…05` for `…05.000Z`.
    fileprivate var earliestSortKey: String {
        let key = sortKey
        guard key.contains(".") else { return key }
        let whole = key.reversed().drop { $0 == "0" }.drop { $0 == "." }
        return String(whole.reversed())
    }
}
