import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import RoostServer

/// The pixels of a PNG: no more than its size needs.
@Suite struct PNGPixelsTests {
    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        ImageHeadTests.big(content.count, 4) + Array(name.utf8) + content + [0, 0, 0, 0]
    }

    /// Makes a PNG with pixels that are not compressed.
    private static func png(_ width: Int, _ height: Int, depth: UInt8 = 8, colour: UInt8 = 0, interlaced: UInt8 = 0, bytes: Int) -> [UInt8] {
        var data: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: bytes, by: 65_535) {
            let length = min(65_535, bytes - start)
            data.append(start + length == bytes ? 1 : 0)
            data += ImageHeadTests.little(length, 2) + ImageHeadTests.little(~length, 2)
            data += Array(repeating: 0, count: length)
        }
        return png(width, height, depth: depth, colour: colour, interlaced: interlaced, data)
    }

    private static func png(_ width: Int, _ height: Int, depth: UInt8, colour: UInt8, interlaced: UInt8, _ data: [UInt8]) -> [UInt8] {
        let head = ImageHeadTests.big(width, 4) + ImageHeadTests.big(height, 4) + [depth, colour, 0, 0, interlaced]
        let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        let pixels = chunk("IDAT", Array(data.prefix(3))) + chunk("tEXt", [1, 2]) + chunk("IDAT", Array(data.dropFirst(3)))
        return signature + chunk("IHDR", head) + pixels + chunk("IEND", [])
    }

    @Test func `the pixels of each kind of image fit its size, and not 64 KiB more`() {
        let kinds: [(depth: UInt8, colour: UInt8, bits: Int)] = [(8, 0, 8), (16, 6, 64), (1, 3, 1), (8, 2, 24), (4, 0, 4), (8, 4, 16)]
        for (depth, colour, bits) in kinds {
            let size = ((301 * bits + 7) / 8 + 1) * 97
            #expect(PNGPixels.fit(Self.png(301, 97, depth: depth, colour: colour, bytes: size)))
            #expect(PNGPixels.fit(Self.png(301, 97, depth: depth, colour: colour, bytes: size + 65_536)))
            #expect(!PNGPixels.fit(Self.png(301, 97, depth: depth, colour: colour, bytes: size + 65_537)))
        }
    }

    @Test func `an interlaced image has the rows of all seven passes`() {
        let offset = [[0, 5, 3, 5, 1, 5, 3, 5], [6, 6, 6, 6, 6, 6, 6, 6], [4, 5, 4, 5, 4, 5, 4, 5], [6, 6, 6, 6, 6, 6, 6, 6]]
        for (width, height) in [(1, 1), (8, 1), (1, 8), (301, 97), (5, 7)] {
            // By the pattern of the standard: the pass of each pixel.
            var rows: [[Int]: Int] = [:]
            for y in 0..<height {
                for x in 0..<width {
                    let pass = y % 8 == 4 && x % 4 == 0 ? 2 : offset[y % 4][x % 8]
                    rows[[pass, y], default: 0] += 1
                }
            }
            let size = rows.values.reduce(0) { $0 + ($1 + 7) / 8 + 1 }
            #expect(PNGPixels.fit(Self.png(width, height, depth: 1, interlaced: 1, bytes: size + 65_536)), "\(width) × \(height)")
            #expect(!PNGPixels.fit(Self.png(width, height, depth: 1, interlaced: 1, bytes: size + 65_537)), "\(width) × \(height)")
        }
    }

    @Test func `a bomb, damaged data and other forms do not fit`() throws {
        #expect(!PNGPixels.fit(Self.png(32, 32, depth: 8, colour: 2, interlaced: 0, InflatedSizeTests.zeros(4000))))
        #expect(PNGPixels.fit(Self.png(1100, 1100, depth: 8, colour: 0, interlaced: 0, InflatedSizeTests.zeros(4000))))
        #expect(!PNGPixels.fit(Self.png(8, 8, depth: 8, colour: 0, interlaced: 0, [0x78, 0x01, 9, 9, 9, 9])))
        let kinds: [(depth: UInt8, colour: UInt8, interlaced: UInt8)] = [(3, 0, 0), (8, 1, 0), (8, 7, 0), (8, 0, 2)]
        for (depth, colour, interlaced) in kinds {
            #expect(!PNGPixels.fit(Self.png(8, 8, depth: depth, colour: colour, interlaced: interlaced, bytes: 72)))
        }
        let apples = Array(Self.png(8, 8, bytes: 72).prefix(33)) + Self.chunk("CgBI", [0, 0, 0, 0])
        #expect(!PNGPixels.fit(apples) && PNGPixels.fit(Array(apples.prefix(33))))
        for name in ["plain", "interlaced"] {
            let file = try Data(contentsOf: URL(fileURLWithPath: TestEnvironment.testFile("../Fuzzing/Seeds/image/\(name)").string))
            #expect(PNGPixels.fit([UInt8](file)), "\(name)")
        }
    }
}
