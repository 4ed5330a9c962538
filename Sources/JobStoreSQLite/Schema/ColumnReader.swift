import GRDB
import GRDBSQLite
import JobStore
import RoostCore

/// Reads the columns of a statement's current row, with SQLite's own conversions.
///
/// SQLite's columns are not typed: a row of another program may hold a text instead of a number, bytes that are not a
/// text, or an unexpected number. Such a row must not stop the server, but GRDB's typed access would.
struct ColumnReader {
    private let row: SQLiteStatement

    /// Returns all rows of a query.
    static func fetchAll<Value>(
        _ database: Database, sql: String, arguments: StatementArguments, _ decode: (ColumnReader) throws -> Value
    ) throws -> [Value] {
        let statement = try database.cachedStatement(sql: sql)
        let cursor = try Row.fetchCursor(statement, arguments: arguments)
        var values: [Value] = []
        while try cursor.next() != nil { values.append(try decode(ColumnReader(statement))) }
        return values
    }

    /// - Parameter statement: A statement with a current row.
    init(_ statement: Statement) { row = statement.sqliteStatement }

    func text(_ column: Int32) -> String? { bytes(column).map { String(decoding: $0, as: UTF8.self) } }

    /// The bytes of a text, which may not be UTF-8.
    func bytes(_ column: Int32) -> [UInt8]? {
        guard let start = sqlite3_column_text(row, column) else { return nil }
        return Array(UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(row, column))))
    }

    func integer(_ column: Int32) -> Int64? { isNull(column) ? nil : sqlite3_column_int64(row, column) }

    func count(_ column: Int32) -> Int { Int(min(max(sqlite3_column_int64(row, column), Job.counts.lowerBound), Job.counts.upperBound)) }

    /// A number that JSON can represent.
    func double(_ column: Int32) -> Double? {
        let value = sqlite3_column_double(row, column)
        return isNull(column) || !value.isFinite ? nil : value
    }

    func bool(_ column: Int32) -> Bool? { integer(column).map { $0 != 0 } }

    private func isNull(_ column: Int32) -> Bool { sqlite3_column_type(row, column) == SQLITE_NULL }
}
