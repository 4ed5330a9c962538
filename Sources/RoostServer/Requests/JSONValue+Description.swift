import ModelFormats
import RoostCore

extension JSONValue {
    /// Whether the value is a string, a number or a Boolean.
    var isScalar: Bool { isString || bool != nil || double != nil }

    /// The value in words, for error messages: `the string "maybe"`, `an array`, `3`.
    var describedForPeople: String {
        if isNull { return "null" }
        if let bool { return "\(bool)" }
        if let double { return double == double.rounded() && abs(double) < 1e15 ? "\(Int(double))" : "\(double)" }
        if let string { return "the string \(string.quotedForPeople)" }
        return members == nil ? "an array" : "an object"
    }
}
