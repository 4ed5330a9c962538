import Foundation
import RoostCore

/// A value of a JSON file whose keys and texts are plain: `config.json` and its like. `true` is not 1.
enum ConfigValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([ConfigValue])
    case object([String: ConfigValue])

    /// A number, whole or not.
    var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The members, if it is an object.
    var members: [String: ConfigValue]? { if case .object(let members) = self { members } else { nil } }

    /// The text, if it is one.
    var string: String? { if case .string(let text) = self { text } else { nil } }

    /// Whether another value says the same: 1 and 1.0 do, 1 and `true` do not.
    func means(_ other: ConfigValue) -> Bool {
        guard let number, let theirs = other.number else { return self == other }
        return number == theirs
    }

    /// As JSON has it, cut: for people.
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

    /// The elements, if it is an array.
    var elements: [ConfigValue]? { if case .array(let elements) = self { elements } else { nil } }
}

extension ConfigValue {
    /// The value of a JSON text; of members with one name the last counts, as in Python.
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

    /// The members of a file's object.
    ///
    /// - Parameters:
    ///   - json: The file's bytes.
    ///   - name: What to call it in errors.
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
