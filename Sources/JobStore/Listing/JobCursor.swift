import Foundation
import RoostCore

/// The place in a listing where the next page begins. Jobs that are created or finish between two pages do not shift
/// it: no job is shown twice, and no existing job is left out.
public struct JobCursor: Sendable, Hashable, CustomStringConvertible {
    /// The time of the last job shown, without its `Z`, as bytes: times of other programs need not be UTF-8.
    let key: [UInt8]
    /// The row of that job; it distinguishes jobs with the same time.
    let row: Int64

    init(key: [UInt8], row: Int64) {
        self.key = key
        self.row = row
    }

    /// Parses a text that `description` returned.
    ///
    /// - Parameter text: A text from a request, which may be malicious.
    public init?(parsing text: String) {
        guard text.utf8.count <= 512, let data = Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/")) else { return nil }
        let plain = data.drop { $0 == UInt8(ascii: " ") }
        guard let space = plain.firstIndex(of: UInt8(ascii: " ")), let row = Int64(String(decoding: plain[..<space], as: UTF8.self)) else {
            return nil
        }
        self.init(key: Array(plain[(space + 1)...]), row: row)
    }

    /// A text of URL-safe characters, which clients send back unchanged.
    public var description: String {
        var bytes = Array("\(row) ".utf8) + key
        // The length is padded to a multiple of three, so that Base64 needs no `=`, which is not URL-safe.
        while bytes.count % 3 != 0 { bytes.insert(UInt8(ascii: " "), at: 0) }
        return Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }
}
