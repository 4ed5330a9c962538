import Foundation
import RoostCore

/// A value of a JSON file with simple keys and texts, such as `config.json`. `true` is not equal to 1.
enum ConfigValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([ConfigValue])
    case object([String: ConfigValue])

    /// The number, whether an integer or not.
    var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The members, if this is an object.
    var members: [String: ConfigValue]? { if case .object(let members) = self { members } else { nil } }

    /// The text, if this is a string.
    var string: String? { if case .string(let text) = self { text } else { nil } }

    /// Whether two values are equivalent: 1 and 1.0 are, 1 and `true` are not.
    func means(_ other: ConfigValue) -> Bool {
        guard let number, let theirs = other.number else { return self == other }
        return number == theirs
    }

    /// The value as shortened JSON text, for users.
    var plainText: String {
        switch self {
        case .null: "null"
        case .bool(let flag): "\(flag)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let text): text.quotedForPeople
        case .array(let elements):
            "[\(elements.prefix(8).map(\.plainText).joined(separator: ", "))\(elements.count > 8 ? ", … \(elements.count) in all" : "")]"
        case .object(let members):
            "{\(members.keys.sorted().prefix(8).map { "\($0.quotedForPeople): \(members[$0]?.plainText ?? "")" }.joined(separator: ", "))}"
        }
    }

    /// The elements, if this is an array.
    var elements: [ConfigValue]? { if case .array(let elements) = self { elements } else { nil } }
}

extension ConfigValue {
    /// Converts a JSON value. Of members with the same name the last counts, as in Python.
    init(_ json: JSONValue) {
        if let flag = json.bool {
            self = .bool(flag)
        } else if let count = json.int {
            self = .integer(count)
        } else if let number = json.double {
            self = .number(number)
        } else if let text = json.string {
            self = .string(text)
        } else if let elements = json.elements {
            self = .array(elements.map { ConfigValue($0) })
        } else if let members = json.members {
            self = .object(Dictionary(members.map { ($0.key.string ?? "", ConfigValue($0.value)) }) { $1 })
        } else {
            self = .null
        }
    }

    /// Returns the members of a file's top-level object.
    ///
    /// - Parameters:
    ///   - json: The file's bytes.
    ///   - name: The file's name, for errors.
    /// - Returns: The members.
    /// - Throws: `RoostError` with code `invalidModelFile`.
    static func members(of json: Data, name: String) throws -> [String: ConfigValue] {
        try RoostError.describing(name) {
            guard let members = ConfigValue(try JSONDocument(Array(json)).root).members else { throw FormatProblem("it holds no JSON object") }
            return members
        }
    }
}

extension ConfigValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByStringLiteral {
    init(integerLiteral value: Int) { self = .integer(value) }
    init(floatLiteral value: Double) { self = .number(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(stringLiteral value: String) { self = .string(value) }
}
