/// The scans of a JPEG file. Each describes all of its pixels again, so a small file with many of them, which may be empty, keeps
/// the engine's decoder (stb_image, without a limit of its own) busy for hours.
enum JPEGScans {
    /// The most scans. Files that become sharp step by step have about ten.
    static let most = 32

    /// Returns the number of scans of a file, of any content.
    static func count(_ file: [UInt8]) -> Int {
        file.withUnsafeBufferPointer { bytes in
            var (position, scans) = (2, 0)
            while position + 1 < bytes.count {
                guard bytes[position] == 0xFF else {
                    // Pixels, or bytes that a decoder skips.
                    position += 1
                    continue
                }
                let marker = bytes[position + 1]
                switch marker {
                case 0xFF: position += 1
                // A byte FF of the pixels, and markers without content.
                case 0x00, 0x01, 0xD0...0xD9: position += 2
                default:
                    if marker == 0xDA { scans += 1 }
                    guard position + 3 < bytes.count else { return scans }
                    position += 2 + max(2, Int(bytes[position + 2]) << 8 | Int(bytes[position + 3]))
                }
            }
            return scans
        }
    }
}
