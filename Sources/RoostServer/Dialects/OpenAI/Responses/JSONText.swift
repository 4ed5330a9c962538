import ModelFormats

/// A JSON value of a client, kept as text of its own, that is written again as it was.
struct JSONText: Sendable {
    /// The text, without spaces.
    let bytes: [UInt8]

    /// `{}`.
    static let emptyObject = JSONText(bytes: Array("{}".utf8))

    /// Keeps a value, and nothing else of its document.
    init(_ value: JSONValue) {
        var bytes: [UInt8] = []
        value.write(to: &bytes)
        self.bytes = bytes
    }

    /// Keeps JSON that was written here.
    init(bytes: [UInt8]) { self.bytes = bytes }

    /// The value.
    var value: JSONValue? { (try? JSONDocument(bytes))?.root }
}

extension JSONText: Encodable {
    func encode(to encoder: any Encoder) throws {
        if let value { try EncodedValue(value: value).encode(to: encoder) }
    }
}

/// A JSON value for `JSONEncoder`.
private struct EncodedValue: Encodable {
    struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    let value: JSONValue

    func encode(to encoder: any Encoder) throws {
        if let members = value.members {
            var container = encoder.container(keyedBy: Name.self)
            for (key, member) in members { try container.encode(EncodedValue(value: member), forKey: Name(stringValue: key.string ?? "")) }
        } else if let elements = value.elements {
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(EncodedValue(value: element)) }
        } else {
            var container = encoder.singleValueContainer()
            if let text = value.string {
                try container.encode(text)
            } else if let flag = value.bool {
                try container.encode(flag)
            } else if let number = value.int {
                try container.encode(number)
            } else if let number = value.double, number.isFinite {
                try container.encode(number)
            } else {
                try container.encodeNil()
            }
        }
    }
}
