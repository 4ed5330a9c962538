/// Makes messages of entered lines: each line is one, and lines between `"""` are one together.
package struct MessageInput: Sendable {
    /// The most bytes of a message.
    package static let mostBytes = 1 << 20
    private static let mark = "\"\"\""

    private var parts: [String]?
    private var bytes = 0

    /// Creates an input without a begun message.
    package init() {}

    /// Whether a message of several lines is begun.
    package var isOpen: Bool { parts != nil }

    /// What a line did.
    package enum Result: Sendable, Hashable {
        /// The message is complete.
        case message(String)
        /// More lines are needed.
        case incomplete
        /// The message is larger than allowed, and dropped.
        case tooLong
    }

    /// Adds a line.
    package mutating func add(_ line: String) -> Result {
        guard var parts else { return begin(line) }
        let isLast = line.hasSuffix(Self.mark)
        parts.append(isLast ? String(line.dropLast(Self.mark.count)) : line)
        bytes += line.utf8.count + 1
        guard bytes <= Self.mostBytes else {
            drop()
            return .tooLong
        }
        guard isLast else {
            self.parts = parts
            return .incomplete
        }
        drop()
        return .message(parts.joined(separator: "\n").trimmed)
    }

    /// Drops what was begun.
    package mutating func drop() {
        parts = nil
        bytes = 0
    }

    private mutating func begin(_ line: String) -> Result {
        guard line.hasPrefix(Self.mark) else { return .message(line.trimmed) }
        let rest = line.dropFirst(Self.mark.count)
        if rest.hasSuffix(Self.mark) { return .message(String(rest.dropLast(Self.mark.count)).trimmed) }
        parts = [String(rest)]
        bytes = rest.utf8.count
        return .incomplete
    }
}

extension String {
    /// The text without white space at its ends.
    package var trimmed: String {
        guard let start = firstIndex(where: { !$0.isWhitespace }), let end = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[start...end])
    }
}
