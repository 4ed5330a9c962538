package import NIOCore

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

    /// Writes the object as JSON text. Each token of an answer is written here, for which `JSONEncoder` is too slow.
    ///
    /// - Parameter text: Receives it.
    /// - Throws: An error of a value's own encoding.
    func write(to text: inout ByteBuffer) throws {
        text.writeInteger(UInt8(ascii: "{"))
        var isFirst = true
        for case (let name, let value?) in fields.sorted(by: { $0.name < $1.name }) {
            if !isFirst { text.writeInteger(UInt8(ascii: ",")) }
            isFirst = false
            text.write(jsonString: name)
            text.writeInteger(UInt8(ascii: ":"))
            try JSON.write(value, to: &text)
        }
        text.writeInteger(UInt8(ascii: "}"))
    }
}
