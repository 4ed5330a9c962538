/// A parser for the `Link` header, RFC 8288, limited to the needs of paging.
enum LinkHeader {
    /// Returns the target of the first link whose relation is `next`.
    ///
    /// - Parameter values: The header's values; each may hold several links.
    /// - Returns: The text between `<` and `>`, unparsed.
    static func next(in values: [String]) -> String? {
        for value in values {
            for link in split(value[...], at: ",") {
                let parts = split(link, at: ";")
                let target = parts[0].filter { !$0.isWhitespace }
                guard target.first == "<", target.last == ">", parts.dropFirst().contains(where: isNext) else { continue }
                return String(target.dropFirst().dropLast())
            }
        }
        return nil
    }

    /// The parts between separators that are neither in quotes nor in angle brackets; at least one.
    private static func split(_ text: Substring, at separator: Character) -> [Substring] {
        var isQuoted = false
        var isTarget = false
        return text.split(omittingEmptySubsequences: false) { character in
            switch character {
            case "\"" where !isTarget: isQuoted.toggle()
            case "<" where !isQuoted: isTarget = true
            case ">" where !isQuoted: isTarget = false
            default: return character == separator && !isQuoted && !isTarget
            }
            return false
        }
    }

    private static func isNext(_ parameter: Substring) -> Bool {
        let pair = parameter.split(separator: "=", maxSplits: 1)
        guard pair.count == 2, pair[0].filter({ !$0.isWhitespace }).lowercased() == "rel" else { return false }
        return pair[1].split { $0 == "\"" || $0.isWhitespace }.contains("next")
    }
}
