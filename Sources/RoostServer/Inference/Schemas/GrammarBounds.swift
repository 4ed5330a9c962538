import ModelFormats
import RoostCore

/// The limits of a grammar, or of a JSON schema that engines convert to one. An engine's parser is recursive: one level
/// for each group and for each rule that begins with another.
enum GrammarBounds {
    private static let mostBytes = 32 << 10
    private static let mostGroups = 256
    private static let mostRules = 1000
    private static let mostReferences = 128
    private static let longestPattern = 1024

    /// The limit of a schema.
    private static let schema = JSONBound(bytes: 64 << 10, values: 4000, depth: 32)

    /// Checks a grammar in llama.cpp's notation. Brackets in its literals count too, because the grammar is not parsed
    /// here.
    static func check(grammar value: JSONValue, _ name: String) throws {
        guard let text = value.string else {
            throw RoostError(.invalidRequest, "`\(name)` must be a string; it is \(value.describedForPeople).", field: name)
        }
        guard text.utf8.count <= mostBytes else { throw tooMuch(name, "\(mostBytes) bytes") }
        guard groups(in: text) <= mostGroups else { throw tooMuch(name, "\(mostGroups) groups in brackets") }
        guard text.split(separator: "::=", omittingEmptySubsequences: false).count <= mostRules + 1 else { throw tooMuch(name, "\(mostRules) rules") }
    }

    /// Checks a JSON schema.
    static func check(schema value: JSONValue, _ name: String) throws {
        guard value.members != nil else {
            throw RoostError(.invalidRequest, "`\(name)` must be an object; it is \(value.describedForPeople).", field: name)
        }
        try schema.check(value, name)
        guard value.descendants(named: "$ref").count <= mostReferences else { throw tooMuch(name, "\(mostReferences) references (`$ref`)") }
        let patterns = value.descendants(named: "pattern").compactMap(\.string)
        guard patterns.allSatisfy({ $0.utf8.count <= longestPattern }) else { throw tooMuch(name, "\(longestPattern) bytes in a `pattern`") }
        guard patterns.reduce(0, { $0 + groups(in: $1) }) <= mostGroups else { throw tooMuch(name, "\(mostGroups) groups in its patterns") }
    }

    /// Returns the depth of arrays and objects in a text that is JSON, or that an engine parses as JSON.
    static func nesting(of text: String) -> Int {
        var (depth, deepest, isInString, isEscaped) = (0, 0, false, false)
        for byte in text.utf8 {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
        }
        return deepest
    }

    private static func groups(in text: String) -> Int { text.utf8.count { $0 == UInt8(ascii: "(") } }

    private static func tooMuch(_ name: String, _ what: String) -> RoostError {
        RoostError(.invalidRequest, "`\(name)` may have at most \(what); it has more.", field: name)
    }
}
