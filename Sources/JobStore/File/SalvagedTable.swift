import GRDB

/// A table of the new file, filled with rows that may be anything.
struct SalvagedTable {
    private let plain: Statement
    /// With the row's number; `nil` in a table whose rows have none, or have it in a column.
    private let numbered: Statement?
    /// Where the columns are that a row must have.
    private let required: [Int]
    private let database: Database

    /// Prepares to fill a table.
    ///
    /// - Parameters:
    ///   - name: The table.
    ///   - columns: The columns that rows will have.
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
        // What a damaged page holds can look like a row. A job has at least a name, a model, a state and a time.
        required = name == "jobs" ? ["id", "model", "status", "created_at"].compactMap { columns.firstIndex(of: $0) } : []
    }

    /// Adds a row unless it is there already or breaks a rule of the table.
    ///
    /// - Parameters:
    ///   - row: The number it had, which is kept if it is free: jobs of one moment are listed by it.
    ///   - values: The values of the columns.
    /// - Returns: Whether it was added.
    /// - Throws: `DatabaseError` for anything but a broken rule.
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
