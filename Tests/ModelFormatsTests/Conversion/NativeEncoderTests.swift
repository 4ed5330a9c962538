import Testing

@testable import ModelFormats

@Suite struct NativeEncoderTests {
    private static func encode(_ values: [Float], _ type: TensorType) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: try #require(type.byteCount(ofRow: values.count)))
        try values.withUnsafeBufferPointer { source in
            try bytes.withUnsafeMutableBytes { try NativeEncoder().encode(source, rowLength: values.count, as: type, into: $0) }
        }
        return bytes
    }

    private static func words(_ values: [Float], _ type: TensorType) throws -> [UInt16] {
        try encode(values, type).withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
    }

    @Test func `every half precision number survives the way there and back`() throws {
        let halves = (0...UInt16.max).filter { $0 & 0x7FFF <= 0x7C00 }
        var floats = [Float](repeating: 0, count: halves.count)
        halves.withUnsafeBytes { source in
            floats.withUnsafeMutableBufferPointer { FloatDecoder.decode(source.baseAddress!, .f16, into: $0.baseAddress!, count: halves.count) }
        }
        #expect(try Self.words(floats, .f16) == halves)
        #expect(floats[1] == 0x1p-24 && floats[0x3C00] == 1 && floats[0x7BFF] == 65504 && floats[0x7C00] == .infinity)
    }

    /// Values between two halves, by the rule: the nearer one, of two as near the even one.
    @Test func `half precision is rounded to nearest, ties to even`() throws {
        let cases: [(Float, UInt16)] = [
            (1 + 0x1p-11, 0x3C00), (1 + 0x1p-11 + 0x1p-20, 0x3C01), (1 + 3 * 0x1p-11, 0x3C02), (65519, 0x7BFF), (65520, 0x7C00), (1e9, 0x7C00),
            (-1e9, 0xFC00), (0x1p-25, 0), (0x1.8p-25, 1), (3 * 0x1p-25, 2), (0x1p-14 - 0x1p-26, 0x0400), (-0.0, 0x8000), (-2, 0xC000), (1e-30, 0),
        ]
        #expect(try Self.words(cases.map(\.0), .f16) == cases.map(\.1))
        #expect(try Self.words([.nan], .f16)[0] & 0x7FFF > 0x7C00)
    }

    @Test func `BF16 is rounded to nearest, ties to even, and not-a-numbers stay such`() throws {
        let cases: [(UInt32, UInt16)] = [
            (0x3F80_8000, 0x3F80), (0x3F81_8000, 0x3F82), (0x3F80_8001, 0x3F81), (0x7F7F_FFFF, 0x7F80), (0x7F80_0001, 0x7FC0), (0xFF80_0000, 0xFF80),
            (0x0000_8000, 0), (0x0001_8000, 2),
        ]
        #expect(try Self.words(cases.map { Float(bitPattern: $0.0) }, .bf16) == cases.map(\.1))
    }

    @Test func `Q8_0 rounds halves away from zero, and zeroes are zeroes`() throws {
        var values = [Float](repeating: 0, count: 64)
        // A step of exactly 1.
        values[0] = 127
        for (index, value) in [Float(0.5), -0.5, 1.5, -1.5, 2.5, 0.49999997, -0.49999997, -127].enumerated() { values[index + 1] = value }
        let bytes = try Self.encode(values, .q8_0)
        #expect(bytes[..<2] == [0x00, 0x3C])
        #expect(bytes[2..<11].map { Int8(bitPattern: $0) } == [127, 1, -1, 2, -2, 3, 0, 0, -127])
        #expect(bytes[34...].allSatisfy { $0 == 0 })
    }

    @Test func `another type is refused`() {
        #expect(throws: (any Error).self) { try Self.encode([Float](repeating: 1, count: 256), .q4_K) }
    }
}
