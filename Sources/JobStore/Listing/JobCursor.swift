public import Foundation
import RoostCore

/// The place in a listing where the next page begins. Jobs that are created or finished between two pages move nothing: no job is shown twice, and none
/// that was there is left out.
public struct JobCursor: Sendable, Hashable, CustomStringConvertible {
    /// The time of the last job shown, without its `Z`.
    let key: String
    /// Its row; jobs of one millisecond are told apart by it.
    let row: Int64

    init(key: String, row: Int64) {
        self.key = key
        self.row = row
    }

    /// Reads what `description` wrote.
    ///
    /// - Parameter text: From a request; hostile until parsed.
    public init?(parsing text: String) {
        guard text.utf8.count <= 512, let data = Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/")),
            let plain = String(validating: data, as: UTF8.self)?.drop(while: { $0 == " " }), let space = plain.firstIndex(of: " "),
            let row = Int64(plain[..<space])
        else { return nil }
        self.init(key: String(plain[plain.index(after: space)...]), row: row)
    }

    /// A text of URL-safe characters; clients hand it back as it is.
    public var description: String {
        var text = "\(row) \(key)"
        // A length that needs no padding, for padding is no URL-safe character.
        while text.utf8.count % 3 != 0 { text = " " + text }
        return Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    }
}
