extension LineEditor {
    /// The fewest columns that are drawn for.
    private static let narrowest = 20
    /// The most characters of a finished line that are shown again.
    private static let mostShown = 4000

    /// Returns what draws the line over the one that was drawn before, with the cursor in its place.
    ///
    /// - Parameters:
    ///   - prompt: The text before the line; without escape sequences.
    ///   - columns: The columns of the terminal.
    /// - Returns: Text and escape sequences.
    package func screen(prompt: String, columns: Int) -> String {
        // The last column stays free: some terminals go to the next line after it.
        let room = max(Self.narrowest, columns) - prompt.columns - 1
        let part = visible(within: max(4, room))
        let before = prompt.columns + part.columnsBeforeCursor
        return "\r\(prompt)\(part.text)\u{1B}[K\r" + (before > 0 ? "\u{1B}[\(before)C" : "")
    }

    /// Returns what shows a finished line as a whole, and begins the next one.
    ///
    /// - Parameters:
    ///   - line: The line.
    ///   - prompt: The text before the line.
    /// - Returns: Text and escape sequences.
    package static func finished(_ line: String, prompt: String) -> String {
        let shown = String(line.prefix(mostShown))
        let rest = shown.utf8.count == line.utf8.count ? "" : "… (\(line.count) characters)"
        return "\r\u{1B}[J\(prompt)\(shown.harmless)\(rest)\n"
    }

    /// The part of the text around the cursor that fits.
    private func visible(within room: Int) -> (text: String, columnsBeforeCursor: Int) {
        // Characters before the cursor, as many as fit beside the mark of the cut.
        var (start, width) = (cursor, 0)
        while start > 0, width + characters[start - 1].shown.columns <= room - 2 {
            start -= 1
            width += characters[start].shown.columns
        }
        let mark = start > 0 ? "…" : ""
        let before = mark.columns + width
        var (end, after) = (cursor, 0)
        while end < characters.count, before + after + characters[end].shown.columns <= room - 1 {
            after += characters[end].shown.columns
            end += 1
        }
        let text = characters[start..<end].map(\.shown).joined()
        return (mark + text + (end < characters.count ? "…" : ""), before)
    }
}

extension Character {
    /// The character as it is shown within one line.
    fileprivate var shown: String {
        switch self {
        case "\n", "\r\n": "↵"
        case "\t": " "
        default: String(self).harmless
        }
    }
}
