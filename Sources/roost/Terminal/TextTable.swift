/// Rows of text in columns as wide as they need to be.
struct TextTable: CustomStringConvertible {
    private var rows: [[String]]

    init(columns: [String]) { rows = [columns] }

    mutating func add(_ row: [String]) { rows.append(row) }

    var description: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { index, cell in
                index == row.count - 1 ? cell.0 : cell.0.padding(to: cell.1 + 2)
            }.joined()
        }.joined(separator: "\n")
    }
}

extension String {
    /// The text with spaces after it up to a width; at least one.
    func padding(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
