/// Finds the first stop text in a text that arrives in pieces, and holds back only what may become one.
///
/// The stop text that ends first counts, and of several that end there the longest, so the result does not depend on how the
/// text is cut.
struct StopTexts: Sendable {
    private let texts: [[UInt8]]
    /// The end of the text so far, if it may be the begin of a stop text.
    private var held: [UInt8] = []
    /// The stop text that was found.
    private(set) var found: String?

    /// Creates the search.
    ///
    /// - Parameter texts: The stop texts; none is empty.
    init(_ texts: [String]) { self.texts = texts.map { Array($0.utf8) }.sorted { $0.count > $1.count } }

    /// Processes the next piece of the text.
    ///
    /// - Parameter piece: The piece.
    /// - Returns: The text that is certainly before a stop text; after one was found, none.
    mutating func add(_ piece: String) -> String {
        guard found == nil, !texts.isEmpty else { return found == nil ? piece : "" }
        let begin = held.count
        held += piece.utf8
        for end in begin..<held.count {
            guard let stop = texts.first(where: { held[...end].ends(with: $0) }) else { continue }
            found = String(decoding: stop, as: UTF8.self)
            defer { held = [] }
            return String(decoding: held[...end].dropLast(stop.count), as: UTF8.self)
        }
        let kept = longestBegin()
        defer { held = Array(held.suffix(kept)) }
        return String(decoding: held.dropLast(kept), as: UTF8.self)
    }

    /// Ends the text.
    ///
    /// - Returns: What was held back.
    mutating func finish() -> String {
        defer { held = [] }
        return String(decoding: held, as: UTF8.self)
    }

    /// The number of bytes at the end of the text that are the begin of a stop text.
    private func longestBegin() -> Int {
        let most = min(held.count, (texts.first?.count ?? 1) - 1)
        return (0..<most).lazy.map { most - $0 }.first { count in
            let end = held.suffix(count)
            return texts.contains { $0.count > count && $0.starts(with: end) }
        } ?? 0
    }
}

extension ArraySlice<UInt8> {
    fileprivate func ends(with text: [UInt8]) -> Bool { count >= text.count && suffix(text.count).elementsEqual(text) }
}
