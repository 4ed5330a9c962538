/// Parses the fields of a protobuf message: https://protobuf.dev/programming-guides/encoding/
struct ProtobufReader {
    enum Value {
        case integer(UInt64)
        case fixed64(UInt64)
        case bytes(ArraySlice<UInt8>)
        case fixed32(UInt32)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// Returns the next field, or `nil` after the last.
    ///
    /// - Throws: `FormatProblem` for anything that is not a field, including groups, which are obsolete.
    mutating func next() throws -> (number: Int, value: Value)? {
        guard !rest.isEmpty else { return nil }
        let tag = try variableInteger()
        let number = tag >> 3
        guard (1...0x1FFF_FFFF).contains(number) else { throw FormatProblem("it has a field with the number \(number)") }
        let value: Value
        switch tag & 7 {
        case 0: value = .integer(try variableInteger())
        case 1: value = .fixed64(try fixed(UInt64.self))
        case 2: value = .bytes(try take(try variableInteger()))
        case 5: value = .fixed32(try fixed(UInt32.self))
        case let type: throw FormatProblem("it has a field of the type \(type), which it cannot have")
        }
        return (Int(number), value)
    }

    private mutating func variableInteger() throws -> UInt64 {
        var result: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard let byte = rest.popFirst() else { throw FormatProblem("it ends too early") }
            guard shift < 63 || byte <= 1 else { break }
            result |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return result }
        }
        throw FormatProblem("it has a number that is too large")
    }

    private mutating func fixed<Value: FixedWidthInteger>(_: Value.Type) throws -> Value {
        try take(UInt64(MemoryLayout<Value>.size)).reversed().reduce(0) { $0 << 8 | Value($1) }
    }

    private mutating func take(_ count: UInt64) throws -> ArraySlice<UInt8> {
        guard count <= UInt64(rest.count) else { throw FormatProblem("it ends too early") }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }
}
