extension String {
    /// The text as one piece of a URL path: everything except `A-Za-z0-9_.-~` and the kept characters becomes `%XX` of its UTF-8 bytes.
    ///
    /// This is how the Hub's own client quotes revisions (nothing kept) and file names (`/` kept).
    func percentEncoded(keeping kept: Set<UInt8> = []) -> String {
        utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where kept.contains(byte):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                text += "%" + (hex.count == 1 ? "0" : "") + hex
            }
        }
    }
}
