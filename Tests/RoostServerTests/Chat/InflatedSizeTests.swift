import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

/// The size of compressed data, counted without unpacking it.
@Suite struct InflatedSizeTests {
    private static func seed(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: TestEnvironment.testFile("Fuzzing/Seeds/deflate/\(name)").string)))
    }

    /// Compresses zeros into a 258th of a byte and a half for each: one zero, and it again as often as a symbol can say.
    static func zeros(_ repeats: Int) -> [UInt8] {
        var bits: [UInt8] = [1, 1, 0] + [0, 0, 1, 1, 0, 0, 0, 0]
        for _ in 0..<repeats { bits += [1, 1, 0, 0, 0, 1, 0, 1] + [0, 0, 0, 0, 0] }
        bits += Array(repeating: 0, count: 7)
        let bytes = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<min(start + 8, bits.count)].reversed().reduce(0) { $0 << 1 | $1 }
        }
        return [0x78, 0x01] + bytes
    }

    /// zlib wrote these: with codes of their own, with the fixed ones, and not compressed.
    @Test(arguments: [("plain", 1861), ("fixed", 1861), ("stored", 60)])
    func `what zlib wrote is counted, up to the limit`(name: String, size: Int) throws {
        let data = try Self.seed(name)
        #expect(InflatedSize.of(data, limit: size) == size && InflatedSize.of(data, limit: size - 1) == nil)
        // The checksum at the end is not read.
        for count in 0..<data.count - 4 { #expect(InflatedSize.of(Array(data.prefix(count)), limit: size) == nil, "\(count)") }
    }

    @Test func `a thousandfold size is found without its memory`() {
        let data = Self.zeros(4000)
        #expect(data.count < 6600 && InflatedSize.of(data, limit: .max) == 1 + 4000 * 258)
        #expect(InflatedSize.of(data, limit: 4000 * 258) == nil)
    }

    @Test func `no damage makes it read beyond the end, or count more than the limit`() throws {
        var generator = SeededGenerator(seed: 5)
        let seeds = try ["plain", "fixed", "stored"].map(Self.seed)
        for round in 0..<3000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<3 { bytes[.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...255, using: &generator) }
            if let size = InflatedSize.of(bytes, limit: 4096) { #expect(size <= 4096) }
        }
        for header: [UInt8] in [[], [0x78], [0x78, 0x02], [0x79, 0x9C], [0x78, 0xBB]] { #expect(InflatedSize.of(header + [3, 0], limit: 9) == nil) }
        #expect(InflatedSize.of([0x78, 0x9C, 3, 0], limit: 0) == 0)
    }
}
