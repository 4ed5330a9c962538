import Foundation
import TestSupport
import Testing

@testable import RoostServer

/// The size of an image before an engine decodes it.
@Suite struct ImageHeadTests {
    static func big(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    static func little(_ value: Int, _ count: Int) -> [UInt8] { big(value, count).reversed() }

    static func png(_ width: Int, _ height: Int) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + big(13, 4) + Array("IHDR".utf8) + big(width, 4) + big(height, 4) + [8, 2, 0, 0, 0]
    }

    private static func gif(_ width: Int, _ height: Int) -> [UInt8] { Array("GIF89a".utf8) + little(width, 2) + little(height, 2) }

    private static func bmp(_ width: Int, _ height: Int, head: Int = 40) -> [UInt8] {
        let bytes = head == 12 ? 2 : 4
        return Array("BM".utf8) + Array(repeating: 0, count: 12) + little(head, 4) + little(width, bytes) + little(height, bytes)
    }

    /// With segments before the frame, one of which contains a whole small picture.
    private static func jpeg(_ width: Int, _ height: Int, frame: UInt8 = 0xC0) -> [UInt8] {
        func segment(_ marker: UInt8, _ content: [UInt8]) -> [UInt8] { [0xFF, marker] + big(content.count + 2, 2) + content }
        let small = [0xFF, 0xD8] + segment(0xC0, [8] + big(1, 2) + big(1, 2))
        return [0xFF, 0xD8] + segment(0xE1, small) + [0xFF] + segment(0xDB, Array(repeating: 0, count: 65))
            + segment(frame, [8] + big(height, 2) + big(width, 2) + [3])
    }

    @Test func `format and size are read from the first bytes`() {
        let images: [(ImageHead.Format, [UInt8], Int, Int)] = [
            (.png, Self.png(640, 480), 640, 480), (.gif, Self.gif(300, 2), 300, 2), (.bmp, Self.bmp(5, 7), 5, 7),
            (.bmp, Self.bmp(5, -7), 5, 7), (.bmp, Self.bmp(5, 7, head: 12), 5, 7), (.jpeg, Self.jpeg(4000, 3000), 4000, 3000),
            (.jpeg, Self.jpeg(4000, 3000, frame: 0xC2), 4000, 3000), (.png, Self.png(1 << 24, 1 << 24), 1 << 24, 1 << 24),
        ]
        for (format, bytes, width, height) in images {
            let head = ImageHead(bytes)
            #expect(head?.format == format && head?.width == width && head?.height == height, "\(format)")
            #expect(head?.pixels == Int64(width) * Int64(height))
            // As a part of a larger buffer.
            #expect(ImageHead((Array(repeating: 9, count: 5) + bytes).dropFirst(5)) == head)
        }
    }

    @Test func `other formats, sizes of nothing, and cut files are no images`() {
        let others = ["", "RIFF\u{10}\u{0}\u{0}\u{0}WEBPVP8 ", "8BPS", "<svg/>", "%PDF-1.7", "GIF89", "BM"]
        for text in others { #expect(ImageHead(Array(text.utf8)) == nil, "\(text)") }
        for bytes in [Self.png(0, 5), Self.png(5, 0), Self.png(1 << 24 + 1, 1), Self.gif(0, 0), Self.bmp(0, 1), Self.jpeg(0, 1)] {
            #expect(ImageHead(bytes) == nil)
        }
        #expect(ImageHead([0xFF, 0xD8, 0xFF, 0xDA, 0, 2]) == nil && ImageHead([0xFF, 0xD8, 0xFF, 0xE0, 0, 1]) == nil)
        for bytes in [Self.png(9, 9), Self.gif(9, 9), Self.bmp(9, 9), Self.jpeg(9, 9)] {
            for count in 0..<bytes.count where ImageHead(bytes.prefix(count)) != nil { #expect(count > bytes.count - 6) }
        }
    }

    @Test func `no bytes make it read beyond their end`() {
        var generator = SeededGenerator(seed: 17)
        let starts = [Self.png(9, 9), Self.gif(9, 9), Self.bmp(9, 9), Self.jpeg(9, 9), [0xFF, 0xD8]]
        for round in 0..<20_000 {
            var bytes = Array(starts[round % starts.count].prefix(Int.random(in: 2...30, using: &generator)))
            bytes += (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if let head = ImageHead(bytes) { #expect(head.pixels > 0) }
        }
    }
}
