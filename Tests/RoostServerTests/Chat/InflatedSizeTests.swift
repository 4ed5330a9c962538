import CZlib
import TestSupport
import Testing

@testable import RoostServer

/// The size of compressed data, counted without keeping it.
@Suite struct InflatedSizeTests {
    /// Compresses bytes as zlib does.
    private static func packed(_ bytes: [UInt8], level: Int32 = Z_BEST_COMPRESSION) -> [UInt8] {
        var size = compressBound(uLong(bytes.count))
        var packed = Array(repeating: UInt8(0), count: Int(size))
        precondition(compress2(&packed, &size, bytes, uLong(bytes.count), level) == Z_OK)
        return Array(packed.prefix(Int(size)))
    }

    /// One zero and some further 258, compressed to about a thousandth.
    static func zeros(_ repeats: Int) -> [UInt8] { packed(Array(repeating: 0, count: 1 + 258 * repeats)) }

    @Test(arguments: [Z_NO_COMPRESSION, Z_BEST_SPEED, Z_BEST_COMPRESSION]) func `what zlib wrote is counted, up to the limit`(level: Int32) {
        var generator = SeededGenerator(seed: 1)
        let text = (0..<1861).map { _ in UInt8.random(in: 60...90, using: &generator) }
        let data = Self.packed(text, level: level)
        #expect(InflatedSize.of(data, limit: text.count) == text.count && InflatedSize.of(data, limit: text.count - 1) == nil)
        // The checksum at the end is not read.
        for count in 0..<data.count - 4 { #expect(InflatedSize.of(Array(data.prefix(count)), limit: text.count) == nil, "\(count)") }
    }

    @Test func `a thousandfold size is found without its memory`() {
        let data = Self.zeros(4000)
        #expect(data.count < 6600 && InflatedSize.of(data, limit: .max) == 1 + 4000 * 258)
        #expect(InflatedSize.of(data, limit: 4000 * 258) == nil)
    }

    @Test func `damaged data counts no more than the limit`() {
        var generator = SeededGenerator(seed: 5)
        let data = Self.packed((0..<3000).map { UInt8($0 % 251) })
        for _ in 0..<3000 {
            var bytes = data
            for _ in 0..<3 { bytes[.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator) }
            if let size = InflatedSize.of(bytes, limit: 4096) { #expect(size <= 4096) }
        }
        for bytes: [UInt8] in [[], [0x78], [0x78, 0x02, 3, 0], [0x79, 0x9C, 3, 0]] { #expect(InflatedSize.of(bytes, limit: 9) == nil) }
        #expect(InflatedSize.of([0x78, 0x9C, 3, 0], limit: 0) == 0)
    }
}
