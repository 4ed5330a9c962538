/// Finds where the last complete event of a stream ends. The bytes arrive in pieces that are cut at any place; each byte
/// is read at most twice, however long an event is.
struct EventEnd: Sendable {
    private static let newline = UInt8(ascii: "\n")

    /// Whether the last piece ended with a newline: a newline at the begin of the next one then ends an event.
    private var endsLine = false

    /// Examines the next piece.
    ///
    /// - Parameter piece: The bytes that follow the last piece.
    /// - Returns: The number of bytes of this piece up to the end of the last event that ends in it; `nil` if none does.
    mutating func last(in piece: some BidirectionalCollection<UInt8>) -> Int? {
        guard let final = piece.last else { return nil }
        defer { endsLine = final == Self.newline }
        var end = piece.endIndex
        while end > piece.startIndex {
            let last = piece.index(before: end)
            if piece[last] == Self.newline {
                let isEmptyLine = last == piece.startIndex ? endsLine : piece[piece.index(before: last)] == Self.newline
                if isEmptyLine { return piece.distance(from: piece.startIndex, to: end) }
            }
            end = last
        }
        return nil
    }
}
