/// A `Content-Range` header: `bytes 5-9/10`.
struct ContentRange: Sendable, Equatable {
    /// The first byte's position.
    let start: Int64
    /// The last byte's position, inclusive.
    let end: Int64
    /// The size of the whole, unless the server wrote `*`.
    let total: Int64?

    /// Parses the header's value; `nil` for anything that is not one satisfied byte range.
    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let halves = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return nil }
        let bounds = halves[0].split(separator: "-", omittingEmptySubsequences: false)
        guard bounds.count == 2, let start = Self.number(bounds[0]), let end = Self.number(bounds[1]), start <= end else { return nil }
        let total = Self.number(halves[1])
        guard total.map({ $0 > end }) ?? (halves[1] == "*") else { return nil }
        self.start = start
        self.end = end
        self.total = total
    }

    private static func number(_ text: Substring) -> Int64? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int64(text) : nil
    }
}
