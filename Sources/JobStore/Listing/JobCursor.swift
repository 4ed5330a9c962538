public import Foundation
import RoostCore

/// The place in a listing where the next page begins. Jobs that are created or finished between two pages move nothing: no job is shown twice, and none
/// that was there is left out.
public struct JobCursor: Sendable, Hashable, CustomStringConvertible {
    /// The time of the last job shown, without its `Z`, byte for byte: another program's need not be UTF-8.
    let key: [UInt8]
    /// Its row; jobs of one millisecond are told apart by it.
    let row: Int64

    init(key: [UInt8], row: Int64) {
        self.key = key
        self.row = row
    }

    /// Reads what `description` wrote.
    ///
    /// - Parameter text: From a request; hostile until parsed.
    public init?(parsing text: String) {
        guard text.utf8.count <= 512, let data = Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/")) else { return nil }
        let plain = data.drop { $0 == UInt8(ascii: " ") }
        guard let space = plain.firstIndex(of: UInt8(ascii: " ")), let row = Int64(String(decoding: plain[..<space], as: UTF8.self)) else {
            return nil
        }
        self.init(key: Array(plain[(space + 1)...]), row: row)
    }

    /// A text of URL-safe characters; clients hand it back as it is.
    public var description: String {
        var bytes = Array("\(row) ".utf8) + key
        // A length that needs no padding, for padding is no URL-safe character.
        while bytes.count % 3 != 0 { bytes.insert(UInt8(ascii: " "), at: 0) }
        return Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }
}
