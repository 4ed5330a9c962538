/// The lists and texts in the header of a README, between two lines `---`. Supports the subset of YAML that model cards
/// use; other values are ignored.
package struct FrontMatter {
    private var values: [String: [String]] = [:]

    /// Reads the header of a README.
    ///
    /// - Parameter text: The README.
    package init(_ text: String) {
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        guard lines.first == "---" else { return }
        var key: String?
        for line in lines.dropFirst().prefix(while: { $0 != "---" }) {
            if let item = Self.item(line) {
                if let key { values[key, default: []].append(item) }
            } else if let first = line.first, !first.isWhitespace, let colon = line.firstIndex(of: ":") {
                let name = String(line[..<colon])
                key = name
                values[name] = Self.inline(line[line.index(after: colon)...])
            } else {
                // A nested value; its items do not belong to the key itself.
                key = nil
            }
        }
    }

    /// Returns the elements of a list, or the single text.
    package subscript(_ key: String) -> [String] { values[key] ?? [] }

    private static func item(_ line: Substring) -> String? {
        let trimmed = line.drop { $0.isWhitespace }
        return trimmed.hasPrefix("- ") ? plain(trimmed.dropFirst(2)) : nil
    }

    private static func inline(_ text: Substring) -> [String] {
        let value = plain(text)
        if value.hasPrefix("["), value.hasSuffix("]") {
            return value.dropFirst().dropLast().split(separator: ",").map { plain($0) }.filter { !$0.isEmpty }
        }
        // A block of text starts with one of these.
        return value.isEmpty || [">", "|", ">-", "|-"].contains(value) ? [] : [value]
    }

    /// Removes surrounding spaces and quotes.
    private static func plain(_ text: Substring) -> String {
        let trimmed = String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        guard trimmed.count >= 2, let quote = trimmed.first, quote == trimmed.last, "\"'".contains(quote) else { return trimmed }
        return String(trimmed.dropFirst().dropLast())
    }
}
