/// An error in the words of a server, in any of the usual forms: `{"error":{"message":…}}`, `{"error":"…"}`,
/// `{"detail":"…"}` and `{"message":"…"}`.
struct ServerComplaint: Decodable {
    /// The sentence; empty when the error has no words.
    let sentence: String

    init(from decoder: any Decoder) throws {
        let body = try decoder.container(keyedBy: Key.self)
        if let nested = Self(body, key: .error) {
            self = nested
        } else if let text = Self.text(in: body) {
            sentence = text
        } else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "There is no error in it."))
        }
    }

    /// Creates the error in a member of an object; `nil` when the member is absent or null.
    init?<Member>(_ container: KeyedDecodingContainer<Member>, key: Member) {
        guard container.contains(key), (try? container.decodeNil(forKey: key)) != true else { return nil }
        let words =
            (try? container.decode(String.self, forKey: key)) ?? (try? container.nestedContainer(keyedBy: Key.self, forKey: key)).flatMap(Self.text)
        sentence = words ?? ""
    }

    private static func text(in body: KeyedDecodingContainer<Key>) -> String? {
        [Key.message, .detail].lazy.compactMap { try? body.decode(String.self, forKey: $0) }.first
    }

    private enum Key: String, CodingKey { case error, message, detail }
}
