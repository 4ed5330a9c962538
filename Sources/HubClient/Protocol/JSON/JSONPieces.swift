/// Splits a JSON array or object that arrives in pieces into smaller ones of a few elements, so that a long one is
/// never completely in memory.
struct JSONPieces {
    /// The kind of text to split.
    enum Kind {
        case array, object

        fileprivate var brackets: (first: UInt8, last: UInt8) {
            self == .array ? (UInt8(ascii: "["), UInt8(ascii: "]")) : (UInt8(ascii: "{"), UInt8(ascii: "}"))
        }
    }

    /// The maximum size of an element in bytes, larger than any in a hub's list.
    static let largestElement = 64 << 10

    private let brackets: (first: UInt8, last: UInt8)
    private var nesting = JSONNesting()
    /// The beginning of an incomplete element.
    private var rest: [UInt8] = []
    private var hasBegun = false
    private var isOver = false

    init(_ kind: Kind = .array) { brackets = kind.brackets }

    /// Parses the next piece of the text.
    ///
    /// - Parameter piece: The next bytes.
    /// - Returns: The elements that are complete now, as JSON of the same kind; `nil` if there are none.
    /// - Throws: `JSONNesting.Broken` if the text is of another kind or an element is too long.
    mutating func take(_ piece: some Sequence<UInt8>) throws(JSONNesting.Broken) -> [UInt8]? {
        var elements = rest
        // The end of the complete elements.
        var end: Int?
        for byte in piece {
            let mark = try nesting.take(byte)
            if case .space = mark, nesting.depth <= 1 { continue }
            guard hasBegun else {
                guard case .open(1) = mark, byte == brackets.first else { throw JSONNesting.Broken() }
                hasBegun = true
                continue
            }
            guard !isOver else { throw JSONNesting.Broken() }
            if case .close(1) = mark {
                guard byte == brackets.last else { throw JSONNesting.Broken() }
                isOver = true
                end = elements.count
            } else {
                if case .comma = mark, nesting.depth == 1 { end = elements.count }
                elements.append(byte)
            }
        }
        rest = end.map { Array(elements[$0...].dropFirst()) } ?? elements
        guard rest.count <= Self.largestElement else { throw JSONNesting.Broken() }
        guard let end, end > 0 else { return nil }
        return [brackets.first] + elements[..<end] + [brackets.last]
    }

    /// Checks that the text is complete.
    ///
    /// - Throws: `JSONNesting.Broken` if it is not.
    func finish() throws(JSONNesting.Broken) {
        guard isOver else { throw JSONNesting.Broken() }
    }
}
