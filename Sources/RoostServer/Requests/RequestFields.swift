import Foundation
import NIOCore
import RoostCore

/// The fields of a JSON request body. Each look-up checks the value and names the field and what is allowed when it is wrong.
///
/// Fields nobody asks for are ignored, so that clients of later versions work.
struct RequestFields {
    private let values: [String: Any]
    /// What stands before a field's name in messages, such as `messages[2].`.
    private let prefix: String

    init(values: [String: Any], prefix: String = "") {
        self.values = values
        self.prefix = prefix
    }

    /// Parses a body.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` when it is not valid UTF-8, not valid JSON, or not an object.
    init(body: ByteBuffer) throws {
        guard let text = String(validating: body.readableBytesView, as: UTF8.self) else {
            throw RoostError(.invalidRequest, "The body must be JSON in UTF-8; it holds bytes that are not UTF-8.", field: "body")
        }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: Data(text.utf8))
        } catch {
            throw RoostError(
                .invalidRequest, "The body must be a JSON object such as {\"model\":\"org/name\"}; it is not valid JSON.", field: "body", cause: error
            )
        }
        guard case .object(let values) = value else {
            throw RoostError(.invalidRequest, "The body must be a JSON object; it is \(value.describedForPeople).", field: "body")
        }
        self.init(values: values)
    }

    func string(_ name: String, maxBytes: Int) throws -> String {
        let allowed = "must be a string of at most \(maxBytes) bytes"
        guard case .string(let text) = try required(name, allowed) else { throw wrong(name, allowed) }
        guard text.utf8.count <= maxBytes else {
            throw RoostError(.invalidRequest, "`\(prefix)\(name)` \(allowed); it has \(text.utf8.count).", field: prefix + name)
        }
        guard !text.utf8.contains(0) else {
            throw RoostError(.invalidRequest, "`\(prefix)\(name)` must not hold a NUL character.", field: prefix + name)
        }
        return text
    }

    /// A string that may be absent; control characters, which would garble a list on a terminal, are refused.
    func optionalString(_ name: String, bytes: ClosedRange<Int>) throws -> String? {
        guard let value = present(name) else { return nil }
        return try plainText(value, named: name, bytes: bytes)
    }

    /// An array of strings that may be absent.
    func optionalStrings(_ name: String, count: ClosedRange<Int>, bytes: ClosedRange<Int>) throws -> [String]? {
        let allowed = "must be an array of \(count.lowerBound) to \(count.upperBound) strings"
        guard let value = present(name) else { return nil }
        guard case .array(let items) = value else { throw wrong(name, allowed) }
        guard count.contains(items.count) else {
            throw RoostError(.invalidRequest, "`\(prefix)\(name)` \(allowed); it has \(items.count).", field: prefix + name)
        }
        return try items.enumerated().map { try plainText(JSONValue($1), named: "\(name)[\($0)]", bytes: bytes) }
    }

    /// A whole number that may be absent.
    func optionalInt(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let value = present(name) else { return nil }
        guard case .number(let number) = value, let whole = Int(exactly: number), range.contains(whole) else {
            throw wrong(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return whole
    }

    /// A download rate that may be absent.
    func optionalRate(_ name: String) throws -> Int64? {
        try optionalInt(name, in: Int(Job.rates.lowerBound)...Int(Job.rates.upperBound)).map(Int64.init)
    }

    /// A time that may be absent.
    func optionalTime(_ name: String) throws -> Timestamp? {
        let allowed = "must be a time in UTC such as 2026-01-31T12:00:00Z"
        guard let value = present(name) else { return nil }
        guard case .string(let text) = value, let time = Timestamp(utc: text) else { throw wrong(name, allowed) }
        return time
    }

    func bool(_ name: String, default fallback: Bool) throws -> Bool {
        switch present(name) {
        case nil: fallback
        case .bool(let value): value
        default: throw wrong(name, "must be true or false")
        }
    }

    func number(_ name: String, in range: ClosedRange<Double>, default fallback: Double) throws -> Double {
        let allowed = "must be a number from \(text(range.lowerBound)) to \(text(range.upperBound))"
        guard let value = present(name) else { return fallback }
        guard case .number(let number) = value, range.contains(number) else { throw wrong(name, allowed) }
        return number
    }

    func int(_ name: String, in range: ClosedRange<Int>, default fallback: Int) throws -> Int {
        try optionalInt(name, in: range) ?? fallback
    }

    func requiredInt(_ name: String, in range: ClosedRange<Int>) throws -> Int {
        guard let number = try optionalInt(name, in: range) else {
            throw missing(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, default fallback: Choice?) throws -> Choice where Choice.RawValue == String {
        let allowed = "must be one of " + Choice.allCases.map(\.rawValue).joined(separator: ", ")
        guard let value = present(name) else {
            if let fallback { return fallback }
            throw missing(name, allowed)
        }
        guard case .string(let word) = value, let choice = Choice(rawValue: word) else { throw wrong(name, allowed) }
        return choice
    }

    /// An array of objects, each as fields of its own.
    func objects(_ name: String, count: ClosedRange<Int>) throws -> [RequestFields] {
        let allowed = "must be an array of \(count.lowerBound) to \(count.upperBound) objects"
        guard case .array(let items) = try required(name, allowed) else { throw wrong(name, allowed) }
        guard count.contains(items.count) else {
            throw RoostError(.invalidRequest, "`\(prefix)\(name)` \(allowed); it has \(items.count).", field: prefix + name)
        }
        return try items.enumerated().map { index, item in
            guard case .object(let values) = JSONValue(item) else {
                throw RoostError(
                    .invalidRequest, "`\(prefix)\(name)[\(index)]` must be an object; it is \(JSONValue(item).describedForPeople).",
                    field: "\(prefix)\(name)[\(index)]")
            }
            return RequestFields(values: values, prefix: "\(prefix)\(name)[\(index)].")
        }
    }

    private func plainText(_ value: JSONValue, named name: String, bytes: ClosedRange<Int>) throws -> String {
        let allowed = "must be a string of \(bytes.lowerBound) to \(bytes.upperBound) bytes without control characters"
        guard case .string(let text) = value, bytes.contains(text.utf8.count), !text.hasControlCharacters else {
            throw RoostError(.invalidRequest, "`\(prefix)\(name)` \(allowed); it is \(value.describedForPeople).", field: prefix + name)
        }
        return text
    }

    private func text(_ number: Double) -> String { number == number.rounded() ? "\(Int(number))" : "\(number)" }

    /// A field that is there; `null` counts as absent.
    private func present(_ name: String) -> JSONValue? {
        guard let value = values[name].map({ JSONValue($0) }) else { return nil }
        if case .null = value { return nil }
        return value
    }

    private func required(_ name: String, _ allowed: String) throws -> JSONValue {
        guard let value = present(name) else { throw missing(name, allowed) }
        return value
    }

    private func missing(_ name: String, _ allowed: String) -> RoostError {
        RoostError(.invalidRequest, "`\(prefix)\(name)` is missing; it \(allowed).", field: prefix + name)
    }

    private func wrong(_ name: String, _ allowed: String) -> RoostError {
        RoostError(
            .invalidRequest, "`\(prefix)\(name)` \(allowed); it is \(present(name)?.describedForPeople ?? "missing").", field: prefix + name)
    }
}

extension String {
    /// Whether the text holds a character of Unicode's category Cc, such as a line end or an escape.
    var hasControlCharacters: Bool { unicodeScalars.contains { $0.properties.generalCategory == .control } }
}

extension Timestamp {
    /// Reads a time that somebody sent.
    ///
    /// - Parameter text: ISO 8601 that ends in `Z`, of the years 1970 to 9999; hostile until parsed.
    init?(utc text: String) {
        guard text.utf8.count <= 40, text.hasSuffix("Z"), let date = Timestamp(rawValue: text).date,
            (0..<253_402_300_800).contains(date.timeIntervalSince1970)
        else { return nil }
        self.init(date)
    }
}
