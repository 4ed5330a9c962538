import GRDB

/// A table of the new file that accepts rows with any contents.
struct SalvagedTable {
    private let plain: Statement
    /// The statement that also inserts the row number; `nil` for a table whose rows have no number or have it in a
    /// column.
    private let numbered: Statement?
    /// The indexes of the columns that must not be NULL.
    private let required: [Int]
    private let database: Database

    /// Prepares to fill a table.
    ///
    /// - Parameters:
    ///   - name: The table.
    ///   - columns: The columns of the rows to insert.
    ///   - database: The new file.
    /// - Throws: `DatabaseError`.
    init(name: String, columns: [String], database: Database) throws {
        func statement(_ columns: [String]) throws -> Statement {
            let list = columns.map(\.quotedDatabaseIdentifier).joined(separator: ", ")
            let places = Array(repeating: "?", count: columns.count).joined(separator: ", ")
            return try database.makeStatement(sql: "INSERT OR IGNORE INTO \(name.quotedDatabaseIdentifier) (\(list)) VALUES (\(places))")
        }
        self.database = database
        plain = try statement(columns)
        numbered = name == "jobs" ? try statement(["rowid"] + columns) : nil
        // A damaged page can contain data that looks like a row. A job has at least an id, a model, a status and a
        // time.
        required = name == "jobs" ? ["id", "model", "status", "created_at"].compactMap { columns.firstIndex(of: $0) } : []
    }

    /// Inserts a row unless it exists already or violates a constraint of the table.
    ///
    /// - Parameters:
    ///   - row: The previous row number, kept if it is free: jobs with the same time are listed in this order.
    ///   - values: The values of the columns.
    /// - Returns: Whether the row was inserted.
    /// - Throws: `DatabaseError` for any error but a violated constraint.
    @discardableResult
    func insert(row: Int64?, _ values: [DatabaseValue]) throws -> Bool {
        let hasAll = required.allSatisfy { index in
            guard case .string(let text) = values[index].storage else { return false }
            return !text.isEmpty
        }
        guard hasAll else { return false }
        if let row, let numbered, try add(numbered, [row.databaseValue] + values) { return true }
        return try add(plain, values)
    }

    private func add(_ statement: Statement, _ values: [DatabaseValue]) throws -> Bool {
        try statement.execute(arguments: StatementArguments(values))
        return database.changesCount > 0
    }
}
