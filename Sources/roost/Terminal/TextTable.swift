import Interaction

/// Rows of text in columns of the needed width; on a terminal at most as wide as the terminal.
struct TextTable: CustomStringConvertible {
    /// A column; a string literal creates one whose cells are never shortened.
    struct Column: ExpressibleByStringLiteral {
        /// The way to shorten a cell when a row is too long for the terminal.
        enum Kind { case whole, name, prose }

        let title: String
        let kind: Kind

        init(stringLiteral title: String) { self.init(title: title, kind: .whole) }

        private init(title: String, kind: Kind) {
            self.title = title
            self.kind = kind
        }

        /// A column of names and paths, which are shortened in the middle.
        static func name(_ title: String) -> Column { Column(title: title, kind: .name) }
        /// A column of sentences, which are shortened at the end.
        static func prose(_ title: String) -> Column { Column(title: title, kind: .prose) }
    }

    /// The minimum width of a shortened cell.
    private static let narrowest = 8
    private let columns: [Column]
    private var rows: [[String]]

    init(columns: [Column]) {
        self.columns = columns
        rows = [columns.map(\.title)]
    }

    mutating func add(_ row: [String]) { rows.append(row.map(\.onOneLine)) }

    var description: String { text(width: Terminal.hasTerminalOutput ? Terminal.columns : nil) }

    /// Returns the rows.
    ///
    /// - Parameter width: The columns of the terminal; `nil` for unshortened cells.
    /// - Returns: The lines, without a line end after the last one.
    func text(width: Int?) -> String {
        let widths = widths(within: width)
        return rows.map { row in
            columns.indices.map { index in
                let cell = row[index].cut(to: widths[index], kind: columns[index].kind)
                return index == columns.count - 1 ? cell : cell.padding(to: widths[index] + 2)
            }.joined()
        }.joined(separator: "\n")
    }

    /// Returns the widths of the columns: the widest one that can be shortened shrinks, until the rows fit or all are
    /// narrow.
    private func widths(within width: Int?) -> [Int] {
        var widths = columns.indices.map { column in rows.map { $0[column].columns }.max() ?? 0 }
        guard let width else { return widths }
        let soft = columns.indices.filter { columns[$0].kind != .whole }
        while widths.reduce(0, +) + 2 * (columns.count - 1) > width, let widest = soft.max(by: { widths[$0] < widths[$1] }),
            widths[widest] > Self.narrowest
        {
            widths[widest] -= 1
        }
        return widths
    }
}

extension String {
    /// Returns the text padded with spaces to a width; at least one space.
    func padding(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - columns)) }

    /// The text on one line, without characters that would move a terminal's cursor.
    fileprivate var onOneLine: String { String(map { $0.isNewline || $0 == "\t" ? " " : $0 }).harmless }

    fileprivate func cut(to width: Int, kind: TextTable.Column.Kind) -> String {
        guard columns > width, width > 0 else { return self }
        switch kind {
        case .whole: return self
        case .name: return "\(cut(toColumns: width / 2))…\(String(String(reversed()).cut(toColumns: width - width / 2 - 1).reversed()))"
        case .prose: return "\(cut(toColumns: width - 1))…"
        }
    }

    /// Returns the begin of the text that fits into some columns of a terminal.
    func cut(toColumns width: Int) -> String {
        var used = 0
        return String(
            prefix { character in
                used += character.columns
                return used <= width
            })
    }
}
