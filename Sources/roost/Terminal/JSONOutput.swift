import Foundation

/// How commands print JSON.
enum JSONOutput {
    /// One value, indented, keys in a stable order.
    static func print(_ value: some Encodable) throws { try print(value, formatting: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]) }

    /// One value on one line, for streams of values.
    static func printLine(_ value: some Encodable) throws { try print(value, formatting: [.sortedKeys, .withoutEscapingSlashes]) }

    private static func print(_ value: some Encodable, formatting: JSONEncoder.OutputFormatting) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        Terminal.write(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
    }
}
