import ModelFormats

/// A JSON value that is passed on within another value.
struct EncodableJSON: Encodable {
    let value: JSONValue

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        if let members = value.members {
            var container = encoder.container(keyedBy: Name.self)
            for (key, member) in members { try container.encode(EncodableJSON(value: member), forKey: Name(stringValue: key.string ?? "")) }
            return
        }
        if let elements = value.elements {
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(EncodableJSON(value: element)) }
            return
        }
        var container = encoder.singleValueContainer()
        if let text = value.string {
            try container.encode(text)
        } else if let flag = value.bool {
            try container.encode(flag)
        } else if let whole = value.int {
            try container.encode(whole)
        } else if let number = value.double, number.isFinite {
            try container.encode(number)
        } else {
            try container.encodeNil()
        }
    }
}
