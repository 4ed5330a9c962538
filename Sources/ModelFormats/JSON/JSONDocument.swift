/// A JSON text with an index of its values. Values are copied only when they are requested.
///
/// Foundation's readers are not suitable for vocabularies: they treat canonically equivalent keys as equal, and need
/// seconds for 30 MB. This parser accepts exactly RFC 8259: no byte order mark, no invalid UTF-8, no unpaired
/// surrogates. Of members with the same name the last counts, as in Python; use `JSONValue.members` to see all of them.
package final class JSONDocument: Sendable {
    let bytes: [UInt8]
    let nodes: [JSONNode]

    /// Parses a text.
    ///
    /// - Throws: `FormatProblem` with the position of the error, or the exceeded limit.
    package init(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws {
        guard bytes.count <= limits.byteCount else { throw FormatProblem("it has \(bytes.count) bytes, and \(limits.byteCount) are the most") }
        self.bytes = bytes
        self.nodes = try bytes.withUnsafeBufferPointer {
            var parser = JSONParser($0, limits: limits)
            return try parser.parse()
        }
    }

    /// The outermost value.
    package var root: JSONValue { JSONValue(document: self, index: 0) }

    /// Returns a string's bytes with resolved escapes, which the parser has checked.
    func unescaped(_ node: JSONNode) -> [UInt8] {
        let end = Int(node.offset + node.count)
        var result: [UInt8] = []
        result.reserveCapacity(Int(node.count))
        var index = Int(node.offset)
        while index < end {
            guard bytes[index] == UInt8(ascii: "\\") else {
                result.append(bytes[index])
                index += 1
                continue
            }
            let letter = bytes[index + 1]
            index += 2
            if letter == UInt8(ascii: "u") {
                result += utf8(ofEscapeAt: &index)
            } else {
                result.append(Self.simpleEscapes[letter] ?? letter)
            }
        }
        return result
    }

    private static let simpleEscapes: [UInt8: UInt8] = [
        UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
    ]

    /// Decodes four hexadecimal digits, or a surrogate pair, and moves the index after them.
    private func utf8(ofEscapeAt index: inout Int) -> [UInt8] {
        func unit() -> UInt32 {
            defer { index += 4 }
            return bytes[index..<index + 4].reduce(0) { $0 << 4 | UInt32(JSONParser.hexadecimal($1) ?? 0) }
        }
        var value = unit()
        if value & 0xFC00 == 0xD800 {
            index += 2
            value = 0x10000 + (value & 0x3FF) << 10 + unit() & 0x3FF
        }
        return Unicode.Scalar(value).map { Array(String(Character($0)).utf8) } ?? []
    }
}
