/// Builds the index of a JSON text in one pass, without recursion and without an allocation for each value.
struct JSONParser {
    private let text: UnsafeBufferPointer<UInt8>
    private let limits: JSONLimits
    private var position = 0
    private var nodes: [JSONNode] = []
    /// The open containers at the current position, as node indexes.
    private var open: [Int] = []

    init(_ text: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.text = text
        self.limits = limits
        nodes.reserveCapacity(min(limits.nodeCount, text.count / 12))
    }

    /// Parses the complete text.
    ///
    /// - Returns: The nodes, with the outermost value first.
    /// - Throws: `FormatProblem`.
    mutating func parse() throws -> [JSONNode] {
        guard text.count <= UInt32.max else { throw FormatProblem("it has more bytes than can be counted") }
        skipSpace()
        try value()
        while let container = open.last {
            let isObject = nodes[container].kind == .object
            skipSpace()
            if position < text.count, text[position] == UInt8(ascii: isObject ? "}" : "]") {
                position += 1
                nodes[container].next = UInt32(nodes.count)
                open.removeLast()
                continue
            }
            if nodes[container].count > 0 { try take(UInt8(ascii: ",")) }
            nodes[container].count += 1
            if isObject {
                try take(UInt8(ascii: "\""))
                try string()
                skipSpace()
                try take(UInt8(ascii: ":"))
            }
            try value()
        }
        skipSpace()
        guard position == text.count else { throw problem("something follows the JSON text") }
        return nodes
    }

    /// Returns the value of a hexadecimal digit.
    static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

// MARK: - Values

extension JSONParser {
    private mutating func value() throws {
        guard position < text.count else { throw problem("the JSON text ends too early") }
        switch text[position] {
        case UInt8(ascii: "\""):
            position += 1
            try string()
        case UInt8(ascii: "{"): try begin(.object)
        case UInt8(ascii: "["): try begin(.array)
        case UInt8(ascii: "t"): try word("true", .true)
        case UInt8(ascii: "f"): try word("false", .false)
        case UInt8(ascii: "n"): try word("null", .null)
        default: try number()
        }
    }

    private mutating func begin(_ kind: JSONNode.Kind) throws {
        guard open.count < limits.depth else { throw problem("more than \(limits.depth) arrays and objects lie inside each other") }
        open.append(nodes.count)
        try append(kind, from: position, to: position)
        position += 1
    }

    private mutating func word(_ word: StaticString, _ kind: JSONNode.Kind) throws {
        let end = position + word.utf8CodeUnitCount
        guard end <= text.count, text[position..<end].elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)) else {
            throw problem("there is no JSON value")
        }
        try append(kind, from: position, to: end)
        position = end
    }

    private mutating func number() throws {
        let start = position
        if position < text.count, text[position] == UInt8(ascii: "-") { position += 1 }
        let integer = digits()
        guard integer > 0 else { throw problem("there is no JSON value") }
        if integer > 1, text[position - integer] == UInt8(ascii: "0") { throw problem("a number begins with 0") }
        if position < text.count, text[position] == UInt8(ascii: ".") {
            position += 1
            guard digits() > 0 else { throw problem("a number has no digits behind its point") }
        }
        if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < text.count, text[position] == UInt8(ascii: "+") || text[position] == UInt8(ascii: "-") { position += 1 }
            guard digits() > 0 else { throw problem("a number has no digits in its exponent") }
        }
        try append(.number, from: start, to: position)
    }

    /// Skips digits and returns their number.
    private mutating func digits() -> Int {
        let start = position
        while position < text.count, text[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        return position - start
    }

    private mutating func append(_ kind: JSONNode.Kind, from start: Int, to end: Int) throws {
        guard nodes.count < limits.nodeCount else { throw problem("it has more than \(limits.nodeCount) values") }
        nodes.append(JSONNode(kind: kind, offset: UInt32(start), count: UInt32(end - start), next: UInt32(nodes.count + 1)))
    }
}

// MARK: - Strings

extension JSONParser {
    /// Parses a string after its opening quote.
    private mutating func string() throws {
        let start = position
        var kind = JSONNode.Kind.string
        while position < text.count {
            let byte = text[position]
            if byte == UInt8(ascii: "\"") {
                try append(kind, from: start, to: position)
                position += 1
                return
            }
            if byte == UInt8(ascii: "\\") {
                kind = .escapedString
                try skipEscape()
            } else if byte >= 0x80 {
                try skipMultibyte()
            } else {
                guard byte >= 0x20 else { throw problem("a string has a control character") }
                position += 1
            }
        }
        throw problem("a string does not end")
    }

    private mutating func skipEscape() throws {
        let letter = position + 1 < text.count ? text[position + 1] : 0
        switch letter {
        case UInt8(ascii: "u"):
            let unit = try escapedUnit()
            if unit & 0xF800 == 0xD800 {
                guard unit & 0xFC00 == 0xD800, position < text.count, text[position] == UInt8(ascii: "\\"), try escapedUnit() & 0xFC00 == 0xDC00
                else {
                    throw problem("a string has half a surrogate pair")
                }
            }
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"),
            UInt8(ascii: "t"):
            position += 2
        default: throw problem("a string has an escape that does not exist")
        }
    }

    /// Parses `\uXXXX`.
    private mutating func escapedUnit() throws -> UInt16 {
        guard position + 6 <= text.count, text[position + 1] == UInt8(ascii: "u") else { throw problem("a string has an escape that does not exist") }
        var unit: UInt16 = 0
        for byte in text[position + 2..<position + 6] {
            guard let digit = Self.hexadecimal(byte) else { throw problem("a string has an escape that does not exist") }
            unit = unit << 4 | UInt16(digit)
        }
        position += 6
        return unit
    }

    /// Skips one character of two to four bytes:
    /// https://www.unicode.org/versions/Unicode16.0.0/core-spec/chapter-3/#G27506
    private mutating func skipMultibyte() throws {
        let first = text[position]
        let length =
            switch first {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 0
            }
        guard length > 0, position + length <= text.count else { throw problem("a string is not UTF-8") }
        let second: ClosedRange<UInt8> =
            switch first {
            case 0xE0: 0xA0...0xBF
            case 0xED: 0x80...0x9F
            case 0xF0: 0x90...0xBF
            case 0xF4: 0x80...0x8F
            default: 0x80...0xBF
            }
        guard second.contains(text[position + 1]), length < 3 || text[position + 2] & 0xC0 == 0x80, length < 4 || text[position + 3] & 0xC0 == 0x80
        else {
            throw problem("a string is not UTF-8")
        }
        position += length
    }
}

// MARK: - Between values

extension JSONParser {
    private mutating func skipSpace() {
        while position < text.count {
            switch text[position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): position += 1
            default: return
            }
        }
    }

    /// Skips a punctuation mark and the white space after it.
    private mutating func take(_ mark: UInt8) throws {
        guard position < text.count, text[position] == mark else {
            throw problem("a \(String(UnicodeScalar(mark)).debugDescription) is missing in the JSON text")
        }
        position += 1
        if mark != UInt8(ascii: "\"") { skipSpace() }
    }

    private func problem(_ text: String) -> FormatProblem { FormatProblem("\(text), at byte \(position)") }
}

/// One value of a JSON text, in the order of the text. The contents of an array or object follow it.
struct JSONNode {
    enum Kind: UInt8 {
        case null, `false`, `true`, number, string, escapedString, array, object
    }

    let kind: Kind
    /// The position of the first byte; for a string, of the byte after the opening quote.
    let offset: UInt32
    /// The number of bytes of a string (as written) or number; the number of elements or members of a container.
    var count: UInt32
    /// The index of the node after this one and its contents.
    var next: UInt32
}

/// The limits for untrusted JSON texts.
package struct JSONLimits: Sendable {
    /// The maximum size of the text in bytes. The largest tokenizer.json in use has about 35 MB.
    var byteCount: Int
    /// The maximum number of values and keys, each of which needs 16 bytes of memory. A vocabulary of 262144 tokens
    /// with its merges has about 2.3 million.
    var nodeCount: Int
    /// The maximum nesting of arrays and objects.
    var depth: Int

    /// Creates limits. The defaults are for a model's files.
    package init(byteCount: Int = 64 << 20, nodeCount: Int = 8_000_000, depth: Int = 128) {
        self.byteCount = byteCount
        self.nodeCount = nodeCount
        self.depth = depth
    }
}
