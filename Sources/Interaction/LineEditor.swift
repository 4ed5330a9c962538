/// Edits one line of text: keys in, the text and what the terminal shows out. It reads and writes nothing itself.
///
/// A text that is longer than the terminal's line is shown in part, around the cursor, so that a redraw costs as much as one line,
/// whatever was pasted. A line end in the text is shown as `↵`.
package struct LineEditor: Sendable {
    /// The most bytes of a text; more is refused.
    package static let mostBytes = 1 << 20

    /// What a key did.
    package enum Effect: Sendable, Hashable {
        /// The text or the cursor may have changed: draw the line.
        case edited
        /// The line is complete.
        case submitted(String)
        /// Ctrl-C: what was typed is dropped. Whether there was something.
        case interrupted(hadText: Bool)
        /// Ctrl-D in an empty line.
        case ended
        /// The screen is to be cleared, and the line drawn.
        case cleared
        /// The key cannot do anything here.
        case refused
    }

    /// The characters of the text.
    package private(set) var characters: [Character] = []
    /// The index of the character at the cursor; the number of characters at the end.
    package private(set) var cursor = 0
    /// The lines before.
    package private(set) var history: InputHistory
    private var killed: [Character] = []
    private var bytes = 0

    /// Creates an editor with an empty text.
    ///
    /// - Parameter history: The lines before.
    package init(history: InputHistory = InputHistory()) { self.history = history }

    /// The text.
    package var text: String { String(characters) }

    /// Processes a key.
    package mutating func handle(_ key: Key) -> Effect {
        switch key {
        case .text(let text), .paste(let text): return insert(text)
        case .tab: return insert(" ")
        case .lineEnd: return insert("\n")
        case .enter: return submit()
        case .interrupt:
            let hadText = !characters.isEmpty
            replace(with: "")
            return .interrupted(hadText: hadText)
        case .endOfInput: return characters.isEmpty ? .ended : remove(cursor..<cursor + 1)
        case .clearScreen: return .cleared
        case .up: return show(history.previous(from: text))
        case .down: return show(history.next())
        case .transpose: return transpose()
        case .yank: return insert(String(killed))
        case .left, .right, .home, .end, .wordLeft, .wordRight: return move(to: target(of: key))
        case .backspace: return remove(cursor - 1..<cursor)
        case .delete: return remove(cursor..<cursor + 1)
        case .killToEnd: return kill(cursor..<characters.count)
        case .killToStart: return kill(0..<cursor)
        case .killWordLeft: return kill(wordStart..<cursor)
        case .killWordRight: return kill(cursor..<wordEnd)
        }
    }

    /// Adds a line to the history that was not entered as one, such as a text of several lines.
    package mutating func remember(_ line: String) { history.add(line) }

    private mutating func submit() -> Effect {
        let line = text
        history.add(line)
        replace(with: "")
        return .submitted(line)
    }

    private mutating func insert(_ text: String) -> Effect {
        guard bytes + text.utf8.count <= Self.mostBytes else { return .refused }
        // Joined with the character before it: an accent may belong to it.
        let first = cursor > 0 ? cursor - 1 : 0
        let joined = String(characters[first..<cursor]) + text
        let new = Array(joined)
        characters.replaceSubrange(first..<cursor, with: new)
        cursor = first + new.count
        bytes += text.utf8.count
        return .edited
    }

    private mutating func replace(with text: String) {
        characters = Array(text)
        bytes = text.utf8.count
        cursor = characters.count
    }

    private mutating func show(_ line: String?) -> Effect {
        guard let line else { return .refused }
        replace(with: line)
        return .edited
    }

    private mutating func move(to index: Int) -> Effect {
        guard (0...characters.count).contains(index) else { return .refused }
        cursor = index
        return .edited
    }

    private func target(of key: Key) -> Int {
        switch key {
        case .left: cursor - 1
        case .right: cursor + 1
        case .home: 0
        case .wordLeft: wordStart
        case .wordRight: wordEnd
        default: characters.count
        }
    }

    private mutating func remove(_ range: Range<Int>) -> Effect {
        guard range.lowerBound >= 0, range.upperBound <= characters.count else { return .refused }
        bytes -= characters[range].reduce(0) { $0 + $1.utf8.count }
        characters.removeSubrange(range)
        cursor = range.lowerBound
        return .edited
    }

    private mutating func kill(_ range: Range<Int>) -> Effect {
        guard !range.isEmpty else { return .refused }
        killed = Array(characters[range])
        return remove(range)
    }

    private mutating func transpose() -> Effect {
        guard characters.count > 1, cursor > 0 else { return .refused }
        let index = min(cursor, characters.count - 1)
        characters.swapAt(index - 1, index)
        return move(to: index + 1)
    }

    private var wordStart: Int {
        var index = cursor
        while index > 0, !characters[index - 1].isPartOfWord { index -= 1 }
        while index > 0, characters[index - 1].isPartOfWord { index -= 1 }
        return index
    }

    private var wordEnd: Int {
        var index = cursor
        while index < characters.count, !characters[index].isPartOfWord { index += 1 }
        while index < characters.count, characters[index].isPartOfWord { index += 1 }
        return index
    }
}

extension Character {
    fileprivate var isPartOfWord: Bool { isLetter || isNumber || self == "_" }
}
