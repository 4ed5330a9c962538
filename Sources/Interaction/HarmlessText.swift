extension String {
    /// The text without what would control a terminal or hide its own order: control characters become visible signs, carriage
    /// returns go, and characters that turn the direction of the text around become `�`. Line ends and tabs stay.
    ///
    /// A model, a file's name or a server can contain escape sequences that change the screen, the title or the clipboard.
    /// Each piece of a stream can be treated alone.
    package var harmless: String {
        guard utf8.contains(where: Self.mayBeHarmful) else { return self }
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0A: text.append(scalar)
            case 0x0D: break
            // The control pictures of Unicode: `␛` for an escape.
            case 0..<0x20: text.append(Unicode.Scalar(0x2400 + scalar.value) ?? Self.replacement)
            case 0x7F: text.append("\u{2421}")
            case 0x80...0x9F, 0x202A...0x202E, 0x2066...0x2069: text.append(Self.replacement)
            default: text.append(scalar)
            }
        }
        return String(text)
    }

    private static let replacement: Unicode.Scalar = "\u{FFFD}"

    /// Whether a byte is a control character, or may begin one of the others: C2 begins U+0080…, E2 begins U+2000….
    private static func mayBeHarmful(_ byte: UInt8) -> Bool {
        byte < 0x20 ? byte != 0x0A && byte != 0x09 : byte == 0x7F || byte == 0xC2 || byte == 0xE2
    }
}
