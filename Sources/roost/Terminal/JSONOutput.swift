import Foundation

/// The JSON output of commands.
enum JSONOutput {
    /// Prints a value, indented, with keys in a stable order.
    static func print(_ value: some Encodable) throws {
        Terminal.print(try text(value, formatting: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]))
    }

    /// Prints a value on one line, for streams of values.
    static func printLine(_ value: some Encodable) throws { Terminal.print(try line(value)) }

    /// Returns a value as a line without its end.
    static func line(_ value: some Encodable) throws -> String { try text(value, formatting: [.sortedKeys, .withoutEscapingSlashes]) }

    private static func text(_ value: some Encodable, formatting: JSONEncoder.OutputFormatting) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
