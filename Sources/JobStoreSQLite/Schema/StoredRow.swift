import GRDB

/// A Swift value that is a row of a table. `columns` is the only list of the table's columns: the SQL, reading and
/// writing all follow it. A new column is one line there, and one in the schema.
protocol StoredRow {
    /// A value to read a row into.
    static var blank: Self { get }

    /// Passes each column's name and property to a visitor, always in the same order.
    mutating func columns(_ visitor: inout some ColumnVisitor)
}

extension StoredRow {
    /// The names of the columns, in order.
    static var columnNames: [String] {
        var (names, blank) = (ColumnNames(), blank)
        blank.columns(&names)
        return names.names
    }

    /// The names of the columns as SQL.
    static var columnList: String { columnNames.joined(separator: ", ") }

    /// Reads a row whose first columns are those of `columnList`.
    init(_ row: ColumnReader) {
        var values = ColumnsOfRow(row: row)
        self = .blank
        columns(&values)
    }

    /// The values of all columns, in order.
    var columnValues: [DatabaseValue] {
        var (values, copy) = (ColumnValues(), self)
        copy.columns(&values)
        return values.values
    }
}

/// Visits the columns of a row in order. A generic parameter everywhere, so that the compiler makes straight code of
/// each list.
protocol ColumnVisitor {
    /// A column that may be NULL.
    mutating func column<Value: StoredValue>(_ name: String, _ value: inout Value?)
}

extension ColumnVisitor {
    /// A column that is never NULL. In a row of another program it may be, and then the value stays as in `blank`.
    mutating func column<Value: StoredValue>(_ name: String, _ value: inout Value) {
        var stored: Value? = value
        column(name, &stored)
        if let stored { value = stored }
    }

    /// A column with a number of times, 0 or more.
    mutating func count(_ name: String, _ value: inout Int) {
        var count = StoredCount(value: value)
        column(name, &count)
        value = count.value
    }

    /// A column with a number of times, 0 or more, that may be NULL.
    mutating func count(_ name: String, _ value: inout Int?) {
        var count = value.map(StoredCount.init)
        column(name, &count)
        value = count?.value
    }
}

private struct ColumnNames: ColumnVisitor {
    var names: [String] = []

    mutating func column<Value: StoredValue>(_ name: String, _ value: inout Value?) { names.append(name) }
}

private struct ColumnsOfRow: ColumnVisitor {
    let row: ColumnReader
    var next: Int32 = 0

    mutating func column<Value: StoredValue>(_ name: String, _ value: inout Value?) {
        value = Value.read(row, next)
        next += 1
    }
}

private struct ColumnValues: ColumnVisitor {
    var values: [DatabaseValue] = []

    mutating func column<Value: StoredValue>(_ name: String, _ value: inout Value?) { values.append(value?.stored ?? .null) }
}
