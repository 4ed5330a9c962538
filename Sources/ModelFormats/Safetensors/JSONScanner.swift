/// Reads JSON of a known form, byte by byte: texts stay what the file has, no key of an object is lost, and no number is rounded.
struct JSONScanner {
    private static let depthLimit = 64
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// An object; `member` reads each value.
    ///
    /// - Parameter member: Gets the scanner, before a value, and the value's key.
    mutating func object(_ member: (inout JSONScanner, ByteText) throws -> Void) throws {
        try expect("{")
        if accept("}") { return }
        repeat {
            let key = try string()
            try expect(":")
            try member(&self, key)
        } while accept(",")
        try expect("}")
    }

    /// An array of whole numbers.
    ///
    /// - Parameter limit: The most elements.
    mutating func counts(atMost limit: Int) throws -> [Int] {
        var counts: [Int] = []
        try expect("[")
        if accept("]") { return [] }
        repeat {
            guard counts.count < limit else { throw FormatProblem("a list has more than \(limit) numbers") }
            counts.append(try count())
        } while accept(",")
        try expect("]")
        return counts
    }

    /// A number without sign, point and exponent.
    mutating func count() throws -> Int {
        skipSpace()
        let start = offset
        var value = 0
        while let byte = peek(), case 0x30...0x39 = byte {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, more) = tens.addingReportingOverflow(Int(byte - 0x30))
            guard !overflow, !more else { throw FormatProblem("a number is too large") }
            value = sum
            offset += 1
        }
        let startsWithZero = offset - start > 1 && bytes[start] == 0x30
        let goesOn = peek().map(".eE".utf8.contains) ?? false
        guard offset > start, !startsWithZero, !goesOn else {
            throw FormatProblem("at byte \(start) of its header stands no whole number")
        }
        return value
    }

    /// A text, without its escapes.
    mutating func string() throws -> ByteText {
        try expect("\"")
        var text: [UInt8] = []
        while let byte = peek(), byte != UInt8(ascii: "\"") {
            offset += 1
            guard byte >= 0x20 else { throw FormatProblem("a text of its header has a control character") }
            if byte == UInt8(ascii: "\\") { try text.append(contentsOf: escaped()) } else { text.append(byte) }
        }
        try expect("\"")
        guard String(validating: text, as: UTF8.self) != nil else { throw FormatProblem("a text of its header is not UTF-8") }
        return ByteText(bytes: text)
    }

    /// Any value.
    mutating func skipValue(depth: Int = 0) throws {
        guard depth < Self.depthLimit else { throw FormatProblem("its header is nested too deeply") }
        skipSpace()
        switch peek().map(UnicodeScalar.init) {
        case "{": try object { json, _ in try json.skipValue(depth: depth + 1) }
        case "[":
            try expect("[")
            if accept("]") { return }
            repeat { try skipValue(depth: depth + 1) } while accept(",")
            try expect("]")
        case "\"": _ = try string()
        default:
            let start = offset
            while let byte = peek(), "-+.0123456789eEtrufalsn".utf8.contains(byte) { offset += 1 }
            guard offset > start else { throw FormatProblem("at byte \(start) of its header stands no value") }
        }
    }

    /// Only space is left.
    mutating func end() throws {
        skipSpace()
        guard offset == bytes.count else { throw FormatProblem("its header goes on after its end, at byte \(offset)") }
    }

    private func peek() -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private mutating func accept(_ character: UnicodeScalar) -> Bool {
        skipSpace()
        guard peek() == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ character: UnicodeScalar) throws {
        guard accept(character) else { throw FormatProblem("its header is not the JSON it should be: \"\(character)\" is missing at byte \(offset)") }
    }

    private mutating func escaped() throws -> [UInt8] {
        guard let byte = peek() else { throw FormatProblem("a text of its header does not end") }
        offset += 1
        switch UnicodeScalar(byte) {
        case "\"", "\\", "/": return [byte]
        case "b": return [0x08]
        case "f": return [0x0C]
        case "n": return [0x0A]
        case "r": return [0x0D]
        case "t": return [0x09]
        case "u":
            var units = [try codeUnit()]
            if UTF16.isLeadSurrogate(units[0]), bytes.count - offset >= 6, bytes[offset] == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "u")
            {
                offset += 2
                units.append(try codeUnit())
            }
            guard let text = String(validating: units, as: UTF16.self) else { throw FormatProblem("a text of its header has half a character") }
            return Array(text.utf8)
        default: throw FormatProblem("a text of its header has an unknown escape")
        }
    }

    private mutating func codeUnit() throws -> UInt16 {
        var reader = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
        let digits = String(decoding: try reader.take(4), as: UTF8.self)
        guard digits.utf8.allSatisfy({ UnicodeScalar($0).properties.isASCIIHexDigit }), let unit = UInt16(digits, radix: 16) else {
            throw FormatProblem("a text of its header has an unknown escape")
        }
        offset += 4
        return unit
    }
}
