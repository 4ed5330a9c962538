/// The `Link` header, RFC 8288, as far as paging needs it.
enum LinkHeader {
    /// The target of the first link whose relation is `next`.
    ///
    /// - Parameter values: The header's values; each may hold several links.
    /// - Returns: The text between `<` and `>`, unparsed.
    static func next(in values: [String]) -> String? {
        for value in values {
            var rest = value[...]
            while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
                let parameters = unquotedPrefix(of: rest[rest.index(after: close)...])
                if relations(in: parameters).contains("next") { return String(rest[rest.index(after: open)..<close]) }
                rest = rest[parameters.endIndex...]
            }
        }
        return nil
    }

    /// What comes before the first comma that is not inside quotes.
    private static func unquotedPrefix(of text: Substring) -> Substring {
        var isQuoted = false
        return text.prefix { character in
            if character == "\"" { isQuoted.toggle() }
            return isQuoted || character != ","
        }
    }

    private static func relations(in parameters: Substring) -> [Substring] {
        for parameter in parameters.split(separator: ";") {
            let pair = parameter.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].filter({ !$0.isWhitespace }).lowercased() == "rel" else { continue }
            return pair[1].split { $0 == "\"" || $0.isWhitespace }
        }
        return []
    }
}
