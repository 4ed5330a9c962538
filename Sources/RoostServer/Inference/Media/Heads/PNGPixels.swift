/// The compressed pixels of a PNG. A decoder (stb_image) unpacks all of them before it compares their number with the size.
enum PNGPixels {
    /// What some programs write after the last pixel.
    private static let rest = 64 << 10
    /// The begin and the steps of each of the seven passes of an interlaced image.
    private static let passes: [(x: Int, y: Int, across: Int, down: Int)] = [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
    ]

    /// Whether they unpack to no more bytes than the size needs.
    ///
    /// - Parameter file: A file that begins as a PNG of limited size; untrusted.
    /// - Returns: `false` also for damaged ones. A file without any has none too many.
    static func fit(_ file: [UInt8]) -> Bool {
        let reader = MediaReader(bytes: file)
        guard let size = size(reader), let packed = packed(reader) else { return false }
        return packed.isEmpty || InflatedSize.of(packed, limit: size + rest) != nil
    }

    /// The bytes of the unpacked pixels, by the first chunk.
    private static func size(_ reader: MediaReader<[UInt8]>) -> Int? {
        let kinds = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4]
        guard reader.big(8, 4) == 13, let width = reader.big(16, 4), let height = reader.big(20, 4), let depth = reader.big(24, 1),
            [1, 2, 4, 8, 16].contains(depth), let channels = reader.big(25, 1).flatMap({ kinds[$0] }), let interlaced = reader.big(28, 1)
        else { return nil }
        func size(_ width: Int, _ height: Int) -> Int {
            let row = (width * channels * depth + 7) / 8
            return width == 0 ? 0 : (row + 1) * height
        }
        switch interlaced {
        case 0: return size(width, height)
        case 1: return passes.map { size(steps(of: $0.across, from: $0.x, to: width), steps(of: $0.down, from: $0.y, to: height)) }.reduce(0, +)
        default: return nil
        }
    }

    private static func steps(of step: Int, from start: Int, to end: Int) -> Int { (end - start + step - 1) / step }

    /// The content of all chunks with pixels, which need not follow each other; `nil` for Apple's form, which is compressed in another way.
    private static func packed(_ reader: MediaReader<[UInt8]>) -> [UInt8]? {
        var packed: [UInt8] = []
        var position = 8
        while let length = reader.big(position, 4), let name = reader.text(position + 4, 4), let content = reader.slice(position + 8, length) {
            switch name {
            case "IDAT": packed += content
            case "IEND": return packed
            case "CgBI": return nil
            default: break
            }
            position += 12 + length
        }
        return packed
    }
}
