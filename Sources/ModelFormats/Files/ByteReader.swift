/// Reads consecutive little-endian values from untrusted bytes. It never reads past the end.
struct ByteReader {
    /// The bytes to read.
    let bytes: UnsafeRawBufferPointer
    /// The position of the next value.
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The number of remaining bytes.
    var remaining: Int { bytes.count - offset }

    /// Returns the next bytes.
    ///
    /// - Parameter count: The number of bytes.
    /// - Returns: The bytes, valid as long as the reader's own.
    /// - Throws: `FormatProblem` if fewer bytes remain.
    mutating func take(_ count: UInt64) throws -> UnsafeRawBufferPointer {
        guard count <= UInt64(remaining) else { throw FormatProblem("it ends too early, at byte \(bytes.count)") }
        defer { offset += Int(count) }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(count)])
    }

    /// Returns the next integer.
    mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws -> Value {
        Value(littleEndian: try take(UInt64(MemoryLayout<Value>.size)).loadUnaligned(as: Value.self))
    }
}
