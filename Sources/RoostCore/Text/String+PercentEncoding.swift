extension String {
    /// The text as a component of a URL path: all characters except `A-Za-z0-9_.-~` and the kept ones become `%XX` for
    /// each UTF-8 byte.
    ///
    /// The Hub's own client quotes revisions (nothing kept) and file names (`/` kept) in the same way. The kept letters are
    /// the unreserved characters of RFC 3986 §2.3.
    ///
    /// - Parameter kept: Further ASCII bytes that stay as they are.
    /// - Returns: ASCII text.
    package func percentEncoded(keeping kept: Set<UInt8> = []) -> String {
        utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where kept.contains(byte):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                text += "%" + byte.hexadecimal.uppercased()
            }
        }
    }
}
