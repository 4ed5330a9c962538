/// Finds added tokens in a text: the first one, and of several at the same position the longest, as in the tokenizers
/// library.
struct AddedTokenSplitter {
    /// A part of a text.
    enum Part: Equatable {
        case token(Int)
        case text(String)
    }

    private let tokens: [(token: AddedToken, scalars: [Unicode.Scalar])]

    init(_ tokens: [AddedToken]) {
        self.tokens = tokens.map { ($0, Array($0.content.description.unicodeScalars)) }.filter { !$1.isEmpty }.sorted {
            $0.scalars.count > $1.scalars.count
        }
    }

    /// Splits a text.
    func split(_ text: String) -> [Part] {
        let scalars = Array(text.unicodeScalars)
        var parts: [Part] = []
        var begin = 0
        var position = 0
        func addText(to end: Int) {
            if begin < end { parts.append(.text(String(String.UnicodeScalarView(scalars[begin..<end])))) }
        }
        while position < scalars.count {
            guard
                let token = tokens.first(where: {
                    scalars[position...].starts(with: $0.scalars) && fits($0.token, $0.scalars.count, at: position, in: scalars)
                })
            else {
                position += 1
                continue
            }
            var start = position
            var end = position + token.scalars.count
            if token.token.stripsLeft { while start > begin, scalars[start - 1].properties.isWhitespace { start -= 1 } }
            if token.token.stripsRight { while end < scalars.count, scalars[end].properties.isWhitespace { end += 1 } }
            addText(to: start)
            parts.append(.token(token.token.id))
            begin = end
            position = end
        }
        addText(to: scalars.count)
        return parts
    }

    private func fits(_ token: AddedToken, _ count: Int, at position: Int, in scalars: [Unicode.Scalar]) -> Bool {
        guard token.isSingleWord else { return true }
        func isWord(_ index: Int) -> Bool {
            scalars.indices.contains(index)
                && (scalars[index].properties.isAlphabetic || scalars[index].properties.numericType != nil || scalars[index] == "_")
        }
        return !isWord(position - 1) && !isWord(position + count)
    }
}
