package import NIOCore

extension ByteBuffer {
    /// Writes a string of JSON with its quotes. Quotes, backslashes and control characters are escaped, as RFC 8259 requires.
    ///
    /// - Parameter text: Any text.
    package mutating func write(jsonString text: String) {
        var text = text
        text.withUTF8 { write(jsonString: UnsafeRawBufferPointer($0)) }
    }

    private mutating func write(jsonString text: UnsafeRawBufferPointer) {
        writeInteger(UInt8(ascii: "\""))
        var start = 0
        for index in text.indices where Self.needsEscape(text[index]) {
            writeBytes(text[start..<index])
            write(escaped: text[index])
            start = index + 1
        }
        writeBytes(text[start...])
        writeInteger(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func write(escaped byte: UInt8) {
        writeInteger(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: writeInteger(UInt8(ascii: "b"))
        case 0x09: writeInteger(UInt8(ascii: "t"))
        case 0x0A: writeInteger(UInt8(ascii: "n"))
        case 0x0C: writeInteger(UInt8(ascii: "f"))
        case 0x0D: writeInteger(UInt8(ascii: "r"))
        case 0..<0x20:
            let digits = String(byte, radix: 16)
            writeString("u" + String(repeating: "0", count: 4 - digits.count) + digits)
        default: writeInteger(byte)
        }
    }
}
