import Hashing
package import RoostCore

/// An API key: `rst_`, 8 characters that are its public id, and 32 characters that are its secret.
///
/// A character stands for 5 bits, so the secret has 160 random bits. No digest that is slow on purpose is needed for it:
/// it cannot be guessed.
package struct APIKey: Sendable, Hashable {
    private static let prefix = Array("rst_".utf8)
    private static let idLength = 8
    private static let secretLength = 32
    /// Crockford's base 32 in lower case: no letter that looks like a digit.
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// Whether each byte is in the alphabet.
    private static let isInAlphabet = (0..<256).map { alphabet.contains(UInt8($0)) }

    /// The public id, which names the key in commands, logs and answers.
    package let id: String
    /// The whole text. It is shown once, and stored nowhere.
    package let text: SecretToken

    /// Parses a key.
    ///
    /// - Parameter text: The text that a client sent; untrusted. The result is `nil` when it is not a key's.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        let secret = Self.prefix.count + Self.idLength
        guard bytes.count == secret + Self.secretLength, bytes.starts(with: Self.prefix),
            bytes[Self.prefix.count...].allSatisfy({ Self.isInAlphabet[Int($0)] }), let token = SecretToken(text)
        else { return nil }
        id = String(decoding: bytes[Self.prefix.count..<secret], as: UTF8.self)
        self.text = token
    }

    /// Makes a key with a random secret.
    ///
    /// - Parameter id: The id of an existing key that gets another secret; `nil` for a random one.
    /// - Returns: The key.
    /// - Throws: `RoostError` with code `invalidRequest` when the id is not one.
    package static func make(id: String? = nil) throws -> APIKey {
        let id = id ?? random(idLength)
        guard let key = APIKey(String(decoding: prefix, as: UTF8.self) + id + random(secretLength)) else {
            throw RoostError(.invalidRequest, "\(id.quotedForPeople) is not the id of a key.", field: "id")
        }
        return key
    }

    /// SHA-256 of the text.
    package var digest: [UInt8] { SHA256.hash(data: text.value.utf8) }

    /// Returns random characters from the system's generator, which is fit for secrets.
    private static func random(_ count: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return String(decoding: (0..<count).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] }, as: UTF8.self)
    }
}
