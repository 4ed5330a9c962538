import Access
import Foundation
import HTTPTypes

/// The key in a request's headers.
enum Credentials {
    /// More bytes than any header with a key has.
    private static let longest = 1024

    /// Reads the key.
    ///
    /// `Authorization` has precedence: `Bearer KEY`, or `Basic` with the key as the password (or, without a password, as
    /// the user), as programs send it for `http://user:KEY@host`. Otherwise `X-Api-Key`. Several headers of one name
    /// count as one that is no key.
    ///
    /// - Returns: The key, `nil` when what was sent is not a key, and `sent` false when nothing was sent.
    static func key(in headers: HTTPFields) -> (key: APIKey?, sent: Bool) {
        if let value = headers[.authorization] {
            return (value.utf8.count <= longest ? key(inAuthorization: value) : nil, true)
        }
        guard let value = headers[.apiKey] else { return (nil, false) }
        return (APIKey(value), true)
    }

    private static func key(inAuthorization value: String) -> APIKey? {
        guard let space = value.utf8.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        // More spaces may follow; no key and no base64 has one.
        let rest = String(value[space...].utf8.drop { $0 == UInt8(ascii: " ") }) ?? ""
        switch value[..<space].lowercased() {
        case "bearer": return APIKey(rest)
        case "basic":
            guard let data = Data(base64Encoded: rest), let colon = data.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            let password = data[data.index(after: colon)...]
            return APIKey(String(decoding: password.isEmpty ? data[..<colon] : password, as: UTF8.self))
        default: return nil
        }
    }
}

extension HTTPField.Name {
    /// The key, as Anthropic's clients send it.
    static let apiKey = Self("X-Api-Key") ?? .authorization
}
