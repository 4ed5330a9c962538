/// The lines that were entered before, bounded in number and size, and a place among them.
package struct InputHistory: Sendable {
    /// The most lines.
    package static let mostLines = 1000
    /// The most bytes of a line; a longer one is not kept.
    package static let longestLine = 64 << 10
    /// The most bytes of all lines together.
    package static let mostBytes = 1 << 20

    /// The lines, the newest last.
    package private(set) var lines: [String] = []
    private var bytes = 0
    /// The index of the shown line; `nil` for the new one.
    private var shown: Int?
    /// The new line, while another one is shown.
    private var draft = ""

    /// Creates a history.
    ///
    /// - Parameter lines: The lines, the newest last.
    package init(_ lines: [String] = []) { for line in lines { add(line) } }

    /// Adds a line, unless it is empty, too long, or the newest one.
    package mutating func add(_ line: String) {
        shown = nil
        draft = ""
        guard !line.isEmpty, line.utf8.count <= Self.longestLine, line != lines.last else { return }
        lines.append(line)
        bytes += line.utf8.count
        var surplus = 0
        while lines.count - surplus > Self.mostLines || bytes > Self.mostBytes {
            bytes -= lines[surplus].utf8.count
            surplus += 1
        }
        lines.removeFirst(surplus)
    }

    /// Goes to the line before the shown one.
    ///
    /// - Parameter current: The text of the shown line.
    /// - Returns: The line; `nil` when there is none.
    package mutating func previous(from current: String) -> String? {
        let next = (shown ?? lines.count) - 1
        guard next >= 0 else { return nil }
        if shown == nil { draft = current }
        shown = next
        return lines[next]
    }

    /// Goes to the line after the shown one; after the last one comes the new line as it was.
    ///
    /// - Returns: The line; `nil` when the new line is shown already.
    package mutating func next() -> String? {
        guard let current = shown else { return nil }
        guard current + 1 < lines.count else {
            shown = nil
            return draft
        }
        shown = current + 1
        return lines[current + 1]
    }
}
