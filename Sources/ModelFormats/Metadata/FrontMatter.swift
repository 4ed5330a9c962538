/// The lists and texts at the head of a README, between two lines `---`: as much of YAML as model cards use. What is written otherwise is not found.
struct FrontMatter {
    private var values: [String: [String]] = [:]

    /// - Parameter text: The README.
    init(_ text: String) {
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
                // Something nested; its items are not the key's own.
                key = nil
            }
        }
    }

    /// The elements of a list, or the one text.
    subscript(_ key: String) -> [String] { values[key] ?? [] }

    private static func item(_ line: Substring) -> String? {
        let trimmed = line.drop { $0.isWhitespace }
        return trimmed.hasPrefix("- ") ? plain(trimmed.dropFirst(2)) : nil
    }

    private static func inline(_ text: Substring) -> [String] {
        let value = plain(text)
        if value.hasPrefix("["), value.hasSuffix("]") {
            return value.dropFirst().dropLast().split(separator: ",").map { plain($0) }.filter { !$0.isEmpty }
        }
        // A block of text begins with one of these.
        return value.isEmpty || [">", "|", ">-", "|-"].contains(value) ? [] : [value]
    }

    /// Without space and quotes around it.
    private static func plain(_ text: Substring) -> String {
        let trimmed = String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        guard trimmed.count >= 2, let quote = trimmed.first, quote == trimmed.last, "\"'".contains(quote) else { return trimmed }
        return String(trimmed.dropFirst().dropLast())
    }
}
