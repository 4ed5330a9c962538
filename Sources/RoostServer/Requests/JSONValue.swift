import Foundation
import RoostCore

/// Any JSON value: what a request body holds before its fields are checked one by one.
///
/// Arrays and objects are taken apart only when somebody looks into them, so that a body costs no more than the fields that are read.
enum JSONValue {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([Any])
    case object([String: Any])

    /// Parses a text in one pass, whose cost is in proportion to its length: `Codable` would try each type in turn, which a hostile body makes dear.
    ///
    /// - Parameter data: JSON in UTF-8, at most 512 levels deep.
    /// - Throws: What the parser throws.
    init(parsing data: Data) throws {
        self.init(try JSONSerialization.jsonObject(with: data, options: [.fragmentsAllowed]))
    }

    /// Takes a value that the parser made.
    init(_ value: Any) {
        switch value {
        case let text as String: self = .string(text)
        // The parser gives booleans as numbers of C type `char`, which it gives nothing else as.
        case let number as NSNumber where String(cString: number.objCType) == "c": self = .bool(number.boolValue)
        case let number as NSNumber: self = .number(number.doubleValue)
        case let items as [Any]: self = .array(items)
        case let fields as [String: Any]: self = .object(fields)
        default: self = .null
        }
    }

    /// Whether the value is a string, a number, true or false.
    var isScalar: Bool {
        switch self {
        case .bool, .number, .string: true
        case .null, .array, .object: false
        }
    }

    /// The value as an error message names it: `the string "maybe"`, `an array`, `3`.
    var describedForPeople: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
        case .string(let value): "the string \(value.quotedForPeople)"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
