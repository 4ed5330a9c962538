import Foundation
import GRDB
import RoostCore

/// A search for the finished jobs to delete, a few thousand rows at a time.
///
/// If only age counts, it walks from the oldest job to the first that is too young. If the newest jobs of each model
/// are kept, it walks through the models, each from its newest job on.
struct RetentionWalk: Sendable {
    /// A job to delete.
    struct Candidate: Sendable {
        let number: Int64
        /// The value in the file. While it is unchanged, the job has not ended again.
        let finishedAt: DatabaseValue
    }

    /// The number of rows to examine at a time.
    static let rowsOfLook = 5000
    static let mayGo = """
        status IN ('succeeded', 'failed')
        AND NOT EXISTS (SELECT 1 FROM job_webhooks WHERE job_webhooks.job_id = jobs.id AND next_try IS NOT NULL)
        """

    /// Whether all rows have been examined.
    private(set) var isAtEnd = false
    private let cutoff: Timestamp?
    private let keep: Int?
    /// The last row that was examined: its model, its key and its number.
    private var place: (model: [UInt8], key: [UInt8], row: Int64)?
    /// The number of finished jobs of that model so far.
    private var finished = 0

    /// Begins a walk.
    ///
    /// - Parameters:
    ///   - cutoff: Jobs that ended before this time are deleted; `nil` for none.
    ///   - keep: The number of newest jobs of each model to keep, while the others are deleted; `nil` to delete none.
    init(cutoff: Timestamp?, keep: Int?) {
        self.cutoff = cutoff
        self.keep = keep
    }

    /// Examines the next rows.
    ///
    /// - Returns: The jobs among them to delete.
    /// - Throws: `DatabaseError`.
    mutating func next(_ database: Database) throws -> [Candidate] {
        guard keep != nil else { return try look(database, where: ageBounds, order: "\(JobSchema.creationKey), rowid", index: "jobs_by_time").rows }
        let order = "model DESC, \(JobSchema.creationKey) DESC, rowid DESC"
        guard let place else { return try look(database, where: ("1", []), order: order, index: "jobs_by_model").rows }
        let (model, key) = (Data(place.model).databaseValue, Data(place.key).databaseValue)
        let (rows, seen) = try look(
            database,
            where: (
                "model = \(Self.text) AND \(JobSchema.creationKey) <= \(Self.text) AND (\(JobSchema.creationKey) < \(Self.text) OR rowid < ?)",
                [model, key, key, place.row.databaseValue]
            ), order: order, index: "jobs_by_model")
        guard seen < Self.rowsOfLook else { return rows }
        return rows + (try look(database, where: ("model < \(Self.text)", [model]), order: order, index: "jobs_by_model").rows)
    }

    private var ageBounds: (String, [DatabaseValue]) {
        let key = JobSchema.creationKey
        let young = (cutoff?.sortKey ?? "").databaseValue
        guard let place else { return ("\(key) < ?", [young]) }
        let old = Data(place.key).databaseValue
        return ("\(key) < ? AND \(key) >= \(Self.text) AND (\(key) > \(Self.text) OR rowid > ?)", [young, old, old, place.row.databaseValue])
    }

    /// An SQL expression that converts an argument of bytes to a text: see `JobStretch`.
    private static let text = "(CAST(? AS TEXT) || '')"

    private mutating func look(
        _ database: Database, where bounds: (condition: String, values: [DatabaseValue]), order: String, index: String
    ) throws -> (rows: [Candidate], seen: Int) {
        let statement = try database.cachedStatement(
            sql: """
                SELECT rowid, model, \(JobSchema.creationKey), finished_at, status IN ('succeeded', 'failed'), \(Self.mayGo),
                    julianday(coalesce(finished_at, created_at)) < julianday(?)
                FROM jobs INDEXED BY \(index) WHERE \(bounds.condition) ORDER BY \(order) LIMIT \(Self.rowsOfLook)
                """)
        let cursor = try Row.fetchCursor(statement, arguments: StatementArguments([(cutoff?.rawValue).databaseValue] + bounds.values))
        var (rows, seen) = ([Candidate](), 0)
        while let row = try cursor.next() {
            seen += 1
            let columns = ColumnReader(statement)
            let (number, model) = (columns.integer(0) ?? 0, columns.bytes(1) ?? [])
            if model != place?.model { finished = 0 }
            place = (model, columns.bytes(2) ?? [], number)
            guard columns.bool(4) == true else { continue }
            finished += 1
            let isSurplus = keep.map { finished > $0 } ?? false
            guard columns.bool(5) == true, isSurplus || columns.bool(6) == true else { continue }
            rows.append(Candidate(number: number, finishedAt: row[3]))
        }
        isAtEnd = seen < Self.rowsOfLook
        return (rows, seen)
    }
}
