/// Reads little-endian values one after the other from bytes that may be anything. Nothing is read past the end.
struct ByteReader {
    /// What is read.
    let bytes: UnsafeRawBufferPointer
    /// Where the next value begins.
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Bytes that are left.
    var remaining: Int { bytes.count - offset }

    /// The next bytes.
    ///
    /// - Parameter count: How many.
    /// - Returns: The bytes; they live as long as the reader's own.
    /// - Throws: `FormatProblem` when so many are not left.
    mutating func take(_ count: UInt64) throws -> UnsafeRawBufferPointer {
        guard count <= UInt64(remaining) else { throw FormatProblem("it ends too early, at byte \(bytes.count)") }
        defer { offset += Int(count) }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(count)])
    }

    /// The next integer.
    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws -> Value {
        Value(littleEndian: try take(UInt64(MemoryLayout<Value>.size)).loadUnaligned(as: Value.self))
    }
}
