/// A JSON object that is made in one place only and needs no type of its own.
package struct JSONObject: Encodable, ExpressibleByDictionaryLiteral {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private var fields: [(name: String, value: (any Encodable)?)]

    /// Creates an object; fields without a value are left out.
    package init(dictionaryLiteral fields: (String, (any Encodable)?)...) { self.fields = fields.map { ($0, $1) } }

    /// Returns the object with only some of its fields.
    package func filter(_ isWanted: (String) -> Bool) -> Self {
        var object = self
        object.fields.removeAll { !isWanted($0.name) }
        return object
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        for case (let name, let value?) in fields { try container.encode(value, forKey: Name(stringValue: name)) }
    }
}
