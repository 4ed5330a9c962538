/// A body that is JSON already: `JSONEncoder` would change the order of its members.
struct JSONText: Encodable, Sendable {
    let bytes: [UInt8]

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(decoding: bytes, as: UTF8.self))
    }
}
