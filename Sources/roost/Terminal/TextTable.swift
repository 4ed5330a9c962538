/// Rows of text in columns as wide as they need to be; on a terminal not wider than it is.
struct TextTable: CustomStringConvertible {
    /// A column; a plain text is one whose cells stay whole.
    struct Column: ExpressibleByStringLiteral {
        /// What a cell may lose where a row is too long for the terminal.
        enum Kind { case whole, name, prose }

        let title: String
        let kind: Kind

        init(stringLiteral title: String) { self.init(title: title, kind: .whole) }

        private init(title: String, kind: Kind) {
            self.title = title
            self.kind = kind
        }

        /// Names and paths: both ends tell most, so the middle goes.
        static func name(_ title: String) -> Column { Column(title: title, kind: .name) }
        /// Sentences: the end goes.
        static func prose(_ title: String) -> Column { Column(title: title, kind: .prose) }
    }

    /// No cell is cut shorter than this.
    private static let narrowest = 8
    private let columns: [Column]
    private var rows: [[String]]

    init(columns: [Column]) {
        self.columns = columns
        rows = [columns.map(\.title)]
    }

    mutating func add(_ row: [String]) { rows.append(row.map(\.onOneLine)) }

    var description: String { text(width: Terminal.hasTerminalOutput ? Terminal.columns : nil) }

    /// The rows.
    ///
    /// - Parameter width: The columns of the terminal; `nil` keeps every cell whole.
    /// - Returns: Lines without the last line's end.
    func text(width: Int?) -> String {
        let widths = widths(within: width)
        return rows.map { row in
            columns.indices.map { index in
                let cell = row[index].cut(to: widths[index], kind: columns[index].kind)
                return index == columns.count - 1 ? cell : cell.padding(to: widths[index] + 2)
            }.joined()
        }.joined(separator: "\n")
    }

    /// The widest of the columns that may lose something loses it, until the rows fit or all are narrow.
    private func widths(within width: Int?) -> [Int] {
        var widths = columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
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
    /// The text with spaces after it up to a width; at least one.
    func padding(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }

    /// The text on one line, without what would move a terminal's cursor.
    fileprivate var onOneLine: String {
        String(map { $0.isNewline || $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? " " : $0 })
    }

    fileprivate func cut(to width: Int, kind: TextTable.Column.Kind) -> String {
        guard count > width, width > 0 else { return self }
        switch kind {
        case .whole: return self
        case .name: return "\(prefix(width / 2))…\(suffix(width - width / 2 - 1))"
        case .prose: return "\(prefix(width - 1))…"
        }
    }
}
