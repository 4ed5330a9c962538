/// The format and the size of an image, from its first bytes: only of formats that engines decode.
///
/// A small file can have any number of pixels, and the engine needs memory for all of them.
struct ImageHead: Sendable, Hashable {
    /// A format that llama-server decodes by itself. It has a program for WebP, which an engine cannot start.
    enum Format: String, Sendable, CaseIterable {
        case png, jpeg, gif, bmp
    }

    let format: Format
    let width: Int
    let height: Int

    /// The number of pixels; the largest sides of a format are below 2^32.
    var pixels: Int64 { Int64(width) * Int64(height) }

    /// Recognises an image; `nil` for another format, or a file without a size.
    ///
    /// - Parameter bytes: The file; untrusted.
    init?(_ bytes: some RandomAccessCollection<UInt8>) {
        let reader = MediaReader(bytes: bytes)
        guard let (format, width, height) = Self.png(reader) ?? Self.gif(reader) ?? Self.bmp(reader) ?? Self.jpeg(reader),
            (1...Self.longestSide).contains(width), (1...Self.longestSide).contains(height)
        else { return nil }
        (self.format, self.width, self.height) = (format, width, height)
    }

    /// The longest side that stb_image, the engine's decoder, accepts.
    private static let longestSide = 1 << 24

    private typealias Found = (Format, Int, Int)

    private static func png(_ reader: MediaReader<some RandomAccessCollection<UInt8>>) -> Found? {
        guard reader.begins([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), reader.text(12, 4) == "IHDR" else { return nil }
        guard let width = reader.big(16, 4), let height = reader.big(20, 4) else { return nil }
        return (.png, width, height)
    }

    private static func gif(_ reader: MediaReader<some RandomAccessCollection<UInt8>>) -> Found? {
        guard ["GIF87a", "GIF89a"].contains(reader.text(0, 6)), let width = reader.little(6, 2), let height = reader.little(8, 2) else { return nil }
        return (.gif, width, height)
    }

    private static func bmp(_ reader: MediaReader<some RandomAccessCollection<UInt8>>) -> Found? {
        guard reader.text(0, 2) == "BM", let head = reader.little(14, 4) else { return nil }
        // The oldest form has 16 bits for each side. The height is negative for an image that begins with its top row.
        let bytes = head == 12 ? 2 : 4
        guard let width = reader.little(18, bytes), let height = reader.little(18 + bytes, bytes) else { return nil }
        return (.bmp, width, bytes == 4 ? abs(Int(Int32(truncatingIfNeeded: height))) : height)
    }

    /// The size is in the first frame header, after segments of any content such as a small picture.
    private static func jpeg(_ reader: MediaReader<some RandomAccessCollection<UInt8>>) -> Found? {
        guard reader.begins([0xFF, 0xD8]) else { return nil }
        var position = 2
        while let prefix = reader.big(position, 1), let marker = reader.big(position + 1, 1) {
            guard prefix == 0xFF else { return nil }
            switch marker {
            case 0xFF: position += 1
            case 0x01, 0xD0...0xD7: position += 2
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                guard let height = reader.big(position + 5, 2), let width = reader.big(position + 7, 2) else { return nil }
                return (.jpeg, width, height)
            case 0xD8, 0xD9, 0xDA: return nil
            default:
                guard let length = reader.big(position + 2, 2), length >= 2 else { return nil }
                position += 2 + length
            }
        }
        return nil
    }
}
