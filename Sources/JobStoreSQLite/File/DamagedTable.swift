import GRDB

/// Reads a table of a damaged file around the unreadable parts.
///
/// SQLite finds a row through pages from the root of the table to a leaf. A damaged page hides the rows below it and no
/// others. So every range of row numbers is read from both ends up to the damage, and the part in between is halved,
/// the largest ranges first, until all reachable rows are read.
struct DamagedTable {
    /// Ranges of row numbers that could not be read.
    typealias Lost = [ClosedRange<Int64>]

    let name: String
    let columns: [String]
    let database: Database

    /// The number of consecutive searches that find only damage before the rest is given up. A damaged inner page hides
    /// thousands of rows, and searching for each of them would take minutes.
    static let patience = 5000

    /// Reads all readable rows of a table with row numbers.
    ///
    /// - Parameters:
    ///   - stretches: Only rows with these numbers.
    ///   - handOver: Receives the row number and the values of `columns`. It may receive a row twice.
    /// - Returns: The ranges that could not be read; empty if everything was read.
    /// - Throws: Failures other than damage, and the errors of `handOver`.
    func readAll(in stretches: Lost = [1...Int64.max], _ handOver: (Int64, [DatabaseValue]) throws -> Void) throws -> Lost {
        let (rising, falling) = (try walking(""), try walking(" DESC"))
        var pending = stretches
        var lost: Lost = []
        var inVain = 0
        var next = 0
        while next < pending.count {
            var (low, high) = (pending[next].lowerBound, pending[next].upperBound)
            next += 1
            guard inVain < Self.patience else {
                lost.append(low...high)
                continue
            }
            guard let first = try walk(low...high, rising, handOver), first.lastRow ?? 0 < high else { continue }
            low = first.lastRow.map { $0 + 1 } ?? low
            guard let second = try walk(low...high, falling, handOver) else { continue }
            high = second.lastRow.map { $0 - 1 } ?? high
            inVain = first.lastRow == nil && second.lastRow == nil ? inVain + 1 : 0
            guard low <= high else { continue }
            let (part, unbounded) = try bounded(low...high)
            if let unbounded { lost.append(unbounded) }
            if part.lowerBound == part.upperBound {
                lost.append(part)
            } else {
                let middle = part.lowerBound + (part.upperBound - part.lowerBound) / 2
                pending += [part.lowerBound...middle, (middle + 1)...part.upperBound]
            }
        }
        return lost.sorted { $0.lowerBound < $1.lowerBound }
    }

    /// Reads a table without row numbers: first from both ends, then the rows of each job.
    ///
    /// - Parameters:
    ///   - key: The columns of the primary key.
    ///   - jobs: Returns the ids to search for if the rows cannot all be read in order.
    ///   - handOver: Receives the values of `columns`. It may receive a row twice.
    /// - Returns: Whether the whole table was read.
    /// - Throws: Failures other than damage, and the errors of `jobs` and `handOver`.
    func readAll(key: [String], jobs: () throws -> [String], _ handOver: ([DatabaseValue]) throws -> Void) throws -> Bool {
        let order = key.map(\.quotedDatabaseIdentifier)
        if try run(statement("ORDER BY \(order.joined(separator: ", "))"), [], handOver) { return true }
        _ = try run(statement("ORDER BY \(order.map { $0 + " DESC" }.joined(separator: ", "))"), [], handOver)
        let ofJob = try statement("WHERE job_id = ?")
        for job in try jobs() { _ = try run(ofJob, [job], handOver) }
        return false
    }

    /// The place where a walk met damage.
    private struct Stop { var lastRow: Int64? }

    private func walking(_ order: String) throws -> Statement {
        try statement("NOT INDEXED WHERE rowid BETWEEN ? AND ? ORDER BY rowid\(order)", selecting: ["rowid"] + quotedColumns)
    }

    /// - Returns: `nil` if the walk came to the end of the range.
    private func walk(
        _ range: ClosedRange<Int64>, _ statement: Statement, _ handOver: (Int64, [DatabaseValue]) throws -> Void
    ) throws -> Stop? {
        var stop = Stop()
        let isDone = try run(statement, [range.lowerBound, range.upperBound]) { values in
            guard let row = Int64.fromDatabaseValue(values[0]) else { return }
            try handOver(row, Array(values.dropFirst()))
            stop.lastRow = row
        }
        return isDone ? nil : stop
    }

    /// Limits a range: if the last pages of a table are damaged, its end is unknown. Row numbers beyond twice the
    /// distance of any row that can be found are given up.
    private func bounded(_ range: ClosedRange<Int64>) throws -> (ClosedRange<Int64>, beyond: ClosedRange<Int64>?) {
        let guess: Int64 = 1 << 16
        guard range.upperBound == .max, range.upperBound - range.lowerBound > guess else { return (range, nil) }
        let search = try statement("NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT 1", selecting: ["rowid"])
        var reach = guess
        var step: Int64 = 1
        while case let (row, overflow) = range.lowerBound.addingReportingOverflow(step), !overflow, step < 1 << 61 {
            var found = false
            let isReadable = try run(search, [row]) { _ in found = true }
            if isReadable, found { reach = max(reach, step * 2) }
            step *= 2
        }
        let (end, overflow) = range.lowerBound.addingReportingOverflow(reach)
        return overflow || end >= range.upperBound ? (range, nil) : (range.lowerBound...end, (end + 1)...range.upperBound)
    }

    private var quotedColumns: [String] { columns.map(\.quotedDatabaseIdentifier) }

    /// Prepares a statement, which the caller reuses. The connection's cache drops a statement that met damage.
    private func statement(_ clause: String, selecting: [String]? = nil) throws -> Statement {
        let list = (selecting ?? quotedColumns).joined(separator: ", ")
        return try database.makeStatement(sql: "SELECT \(list) FROM \(name.quotedDatabaseIdentifier) \(clause)")
    }

    /// - Returns: Whether all rows were read; `false` if damage ended the query.
    private func run(_ statement: Statement, _ arguments: StatementArguments, _ handOver: ([DatabaseValue]) throws -> Void) throws -> Bool {
        let cursor: RowCursor
        do {
            cursor = try Row.fetchCursor(statement, arguments: arguments)
        } catch let error as DatabaseError where error.isDamage {
            return false
        }
        while true {
            let values: [DatabaseValue]
            do {
                guard let row = try cursor.next() else { return true }
                values = Array(row.databaseValues)
            } catch let error as DatabaseError where error.isDamage {
                return false
            }
            try handOver(values)
        }
    }
}

extension DatabaseError {
    /// Whether the error means that the file or the disk is damaged.
    var isDamage: Bool { [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_IOERR].contains(resultCode) }
}
