import ModelFormats
import NIOCore
import RoostCore

/// The allowed values of a field that is passed on to an engine. A field without a rule is dropped.
///
/// Engines accept every field: internal ones, other names of a field, numbers of any size. So each route lists the
/// fields that it passes on.
indirect enum FieldRule: Sendable {
    typealias Rules = [(name: String, rule: FieldRule)]
    /// Throws an error about a value, with the name of its field.
    typealias Check = @Sendable (_ value: JSONValue, _ name: String) throws -> Void

    case flag
    case whole(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    /// A string with at most this number of bytes.
    case text(Int)
    case word([String])
    /// An object with its own fields.
    case object(Rules)
    /// An array with this number of objects, each with its own fields and a further check.
    case objects(ClosedRange<Int>, Rules, @Sendable (RequestFields) throws -> Void)
    /// A text, or parts: texts, images and sounds.
    case content
    /// A value within limits that passes a further check.
    case json(JSONBound, Check)
    /// A field that is written in another form, or that depends on other fields. It gets all fields of the object.
    case written(@Sendable (_ value: JSONValue, _ fields: RequestFields, _ body: inout EngineBody) throws -> Void)
    /// A field that is refused, because the answer would be wrong without it, unless its value is the default. The text
    /// says what to do instead.
    case refused(String, unless: @Sendable (JSONValue) -> Bool = { _ in false })

    /// Creates the body for an engine.
    ///
    /// - Parameters:
    ///   - fields: The fields of the client's body.
    ///   - rules: The rules of the fields that are passed on.
    /// - Returns: JSON.
    /// - Throws: `RoostError` with code `invalidRequest` that contains the field and the allowed values.
    static func body(of fields: RequestFields, _ rules: Rules) throws -> EngineBody {
        var body = EngineBody()
        try write(fields, rules, to: &body)
        return body
    }

    /// Writes an object with the fields that are passed on.
    static func write(_ fields: RequestFields, _ rules: Rules, to body: inout EngineBody) throws {
        body.begin("{")
        for (name, rule) in rules {
            guard let value = fields.value(name) else { continue }
            try rule.write(name, value, of: fields, to: &body)
        }
        body.end("}")
    }

    private func write(_ name: String, _ value: JSONValue, of fields: RequestFields, to body: inout EngineBody) throws {
        switch self {
        case .refused(let why, let isHarmless):
            guard isHarmless(value) else { throw fields.refusal(of: name, why) }
            return
        case .object(let rules):
            let inner = try fields.object(name)
            body.next(name)
            return try Self.write(inner, rules, to: &body)
        case .objects(let count, let rules, let check):
            let elements = try fields.objects(name, count: count)
            body.next(name)
            body.begin("[")
            for element in elements {
                try check(element)
                body.next(nil)
                try Self.write(element, rules, to: &body)
            }
            return body.end("]")
        case .written(let write): return try write(value, fields, &body)
        case .content:
            body.next(name)
            return try CompletionMessage.write(content: value, fields.fullName(name), to: &body)
        default:
            try check(name, value, of: fields)
            body.next(name)
            body.write(value)
        }
    }

    private func check(_ name: String, _ value: JSONValue, of fields: RequestFields) throws {
        switch self {
        case .flag: _ = try fields.bool(name, default: false)
        case .whole(let range): _ = try fields.optionalInt(name, in: range)
        case .number(let range): _ = try fields.number(name, in: range, default: range.lowerBound)
        case .text(let most): _ = try fields.string(name, maxBytes: most)
        case .word(let words):
            guard let word = value.string, words.contains(word) else {
                throw fields.refusal(of: name, "must be one of \(words.joined(separator: ", ")); it is \(value.describedForPeople).")
            }
        case .json(let bound, let check):
            try bound.check(value, fields.fullName(name))
            try check(value, fields.fullName(name))
        case .object, .objects, .content, .written, .refused: break
        }
    }
}
