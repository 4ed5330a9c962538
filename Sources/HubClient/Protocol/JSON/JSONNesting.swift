/// Tracks the nesting of JSON text byte by byte. It does not check the values between the brackets; the decoder does.
struct JSONNesting {
    /// The role of a byte in the nesting.
    enum Mark {
        /// A bracket that opens the given level.
        case open(Int)
        /// A bracket that closes the given level.
        case close(Int)
        /// A comma between the elements of the innermost level.
        case comma
        /// A colon between a name and its value.
        case colon
        /// Part of a word, a string or a number.
        case content
        /// White space.
        case space
    }

    /// The text is not JSON, or is nested deeper than any response of a hub.
    struct Broken: Error {}

    /// The maximum depth, deeper than any response of a hub.
    static let deepest = 64

    /// The number of open brackets.
    private(set) var depth = 0
    private var isInString = false
    private var isEscaped = false

    /// Processes the next byte.
    ///
    /// - Returns: The role of the byte.
    /// - Throws: `Broken`.
    mutating func take(_ byte: UInt8) throws(Broken) -> Mark {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            return .content
        }
        switch byte {
        case UInt8(ascii: "\""):
            isInString = true
            return .content
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            depth += 1
            guard depth <= Self.deepest else { throw Broken() }
            return .open(depth)
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
            guard depth > 0 else { throw Broken() }
            depth -= 1
            return .close(depth + 1)
        case UInt8(ascii: ","): return .comma
        case UInt8(ascii: ":"): return .colon
        case 0x20, 0x09, 0x0A, 0x0D: return .space
        default: return .content
        }
    }
}
