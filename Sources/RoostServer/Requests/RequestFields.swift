import Foundation
import HTTPServing
import Hummingbird
import ModelFormats
import NIOCore
import RoostCore

/// The fields of a JSON request body. Each method validates the value; its error contains the field and the allowed
/// values.
///
/// Unknown fields are ignored, so that clients of later versions work.
struct RequestFields: Sendable {
    /// The most fields of an object: each method searches all of them.
    private static let mostFields = 256
    /// The number of bytes above which a body is parsed on threads for long work.
    private static let shortBody = 16 << 10
    /// Each value needs 16 bytes of memory while the body is read.
    private static let limits = JSONLimits(nodeCount: 1_000_000, depth: 64)

    /// The object.
    let values: JSONValue
    /// The prefix of a field's name in messages, such as `messages[2].`.
    let prefix: String

    /// - Parameters:
    ///   - values: A JSON value; untrusted.
    ///   - name: The name of the object in messages.
    ///   - field: The name of its field; `nil` for the body itself.
    /// - Throws: `RoostError` with code `invalidRequest` when it is not an object, or has too many fields.
    init(_ values: JSONValue, name: String, field: String?) throws {
        guard let members = values.members else {
            throw RoostError(
                .invalidRequest, "\(name) must be \(field == nil ? "a JSON" : "an") object; it is \(values.describedForPeople).",
                field: field ?? "body")
        }
        guard members.count <= Self.mostFields else {
            throw RoostError(
                .invalidRequest, "\(name) may have at most \(Self.mostFields) fields; it has \(members.count).", field: field ?? "body")
        }
        self.values = values
        prefix = field.map { $0 + "." } ?? ""
    }

    /// Parses a body.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` when it is not valid UTF-8, not valid JSON, not an object, or beyond the limits.
    init(body: ByteBuffer) throws {
        let document: JSONDocument
        do {
            document = try JSONDocument(Array(body.readableBytesView), limits: Self.limits)
        } catch let problem as FormatProblem {
            throw RoostError(
                .invalidRequest,
                "The body must be a JSON object such as {\"model\":\"org/name\"}, in UTF-8; it is not valid JSON: \(problem.text).", field: "body")
        }
        try self.init(document.root, name: "The body", field: nil)
    }

    /// Parses a body and passes its fields on: a long one on threads for such work.
    ///
    /// - Parameters:
    ///   - body: JSON; untrusted.
    ///   - check: Reads the fields.
    /// - Returns: The result of `check`.
    /// - Throws: `RoostError` with code `invalidRequest`; the errors of `check`.
    static func read<Value: Sendable>(_ body: ByteBuffer, _ check: @escaping @Sendable (RequestFields) throws -> Value) async throws -> Value {
        guard body.readableBytes > shortBody else { return try check(RequestFields(body: body)) }
        return try await WorkThreads.run { try check(RequestFields(body: body)) }
    }

    func string(_ name: String, maxBytes: Int) throws -> String {
        let allowed = "must be a string of at most \(maxBytes) bytes"
        guard let text = try required(name, allowed).string else { throw wrong(name, allowed) }
        guard text.utf8.count <= maxBytes else {
            throw RoostError(.invalidRequest, "`\(prefix)\(name)` \(allowed); it has \(text.utf8.count).", field: prefix + name)
        }
        guard !text.utf8.contains(0) else {
            throw RoostError(.invalidRequest, "`\(prefix)\(name)` must not hold a NUL character.", field: prefix + name)
        }
        return text
    }

    /// Returns an optional string. Control characters, which would disturb a terminal, are refused.
    func optionalString(_ name: String, bytes: ClosedRange<Int>) throws -> String? {
        guard let value = value(name) else { return nil }
        return try plainText(value, named: name, bytes: bytes)
    }

    /// Returns an optional array of strings.
    func optionalStrings(_ name: String, count: ClosedRange<Int>, bytes: ClosedRange<Int>) throws -> [String]? {
        let allowed = "must be an array of \(count.lowerBound) to \(count.upperBound) strings"
        guard let value = value(name) else { return nil }
        guard let items = value.elements else { throw wrong(name, allowed) }
        guard count.contains(items.count) else {
            throw RoostError(.invalidRequest, "`\(prefix)\(name)` \(allowed); it has \(items.count).", field: prefix + name)
        }
        return try items.enumerated().map { try plainText($1, named: "\(name)[\($0)]", bytes: bytes) }
    }

    /// Returns an optional whole number.
    func optionalInt(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let value = value(name) else { return nil }
        guard let number = value.double, let whole = Int(exactly: number), range.contains(whole) else {
            throw wrong(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return whole
    }

    /// Returns an optional download rate.
    func optionalRate(_ name: String) throws -> Int64? {
        try optionalInt(name, in: Int(Job.rates.lowerBound)...Int(Job.rates.upperBound)).map(Int64.init)
    }

    /// Returns an optional time.
    func optionalTime(_ name: String) throws -> Timestamp? {
        let allowed = "must be a time in UTC such as 2026-01-31T12:00:00Z"
        guard let value = value(name) else { return nil }
        guard let text = value.string, let time = Timestamp(utc: text) else { throw wrong(name, allowed) }
        return time
    }

    func bool(_ name: String, default fallback: Bool) throws -> Bool {
        guard let value = value(name) else { return fallback }
        guard let bool = value.bool else { throw wrong(name, "must be true or false") }
        return bool
    }

    func number(_ name: String, in range: ClosedRange<Double>, default fallback: Double) throws -> Double {
        let allowed = "must be a number from \(text(range.lowerBound)) to \(text(range.upperBound))"
        guard let value = value(name) else { return fallback }
        guard let number = value.double, range.contains(number) else { throw wrong(name, allowed) }
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
        guard let value = value(name) else {
            if let fallback { return fallback }
            throw missing(name, allowed)
        }
        guard let word = value.string, let choice = Choice(rawValue: word) else { throw wrong(name, allowed) }
        return choice
    }

    /// Returns an array of objects.
    func objects(_ name: String, count: ClosedRange<Int>) throws -> [RequestFields] {
        let allowed = "must be an array of \(count.lowerBound) to \(count.upperBound) objects"
        guard let items = try required(name, allowed).elements else { throw wrong(name, allowed) }
        guard count.contains(items.count) else {
            throw RoostError(.invalidRequest, "`\(prefix)\(name)` \(allowed); it has \(items.count).", field: prefix + name)
        }
        return try items.enumerated().map { index, item in
            let name = "\(prefix)\(name)[\(index)]"
            return try RequestFields(item, name: "`\(name)`", field: name)
        }
    }

    private func plainText(_ value: JSONValue, named name: String, bytes: ClosedRange<Int>) throws -> String {
        let allowed = "must be a string of \(bytes.lowerBound) to \(bytes.upperBound) bytes without control characters"
        guard let text = value.string, bytes.contains(text.utf8.count), !text.hasControlCharacters else {
            throw RoostError(.invalidRequest, "`\(prefix)\(name)` \(allowed); it is \(value.describedForPeople).", field: prefix + name)
        }
        return text
    }

    private func text(_ number: Double) -> String { number == number.rounded() ? "\(Int(number))" : "\(number)" }

    /// Returns the value of a field; `null` counts as missing.
    func value(_ name: String) -> JSONValue? {
        guard let value = values[name], !value.isNull else { return nil }
        return value
    }

    private func required(_ name: String, _ allowed: String) throws -> JSONValue {
        guard let value = value(name) else { throw missing(name, allowed) }
        return value
    }

    private func missing(_ name: String, _ allowed: String) -> RoostError {
        RoostError(.invalidRequest, "`\(prefix)\(name)` is missing; it \(allowed).", field: prefix + name)
    }

    private func wrong(_ name: String, _ allowed: String) -> RoostError {
        RoostError(
            .invalidRequest, "`\(prefix)\(name)` \(allowed); it is \(value(name)?.describedForPeople ?? "missing").", field: prefix + name)
    }
}

extension String {
    /// Whether the text holds a character of Unicode's category Cc, such as a line end or an escape.
    var hasControlCharacters: Bool { unicodeScalars.contains { $0.properties.generalCategory == .control } }
}

extension Timestamp {
    /// Parses a time.
    ///
    /// - Parameter text: ISO 8601 that ends in `Z`, of the years 1970 to 9999; untrusted.
    init?(utc text: String) {
        guard text.utf8.count <= 40, text.hasSuffix("Z"), let date = Timestamp(rawValue: text).date,
            (0..<253_402_300_800).contains(date.timeIntervalSince1970)
        else { return nil }
        self.init(date)
    }
}

extension Request {
    /// Reads a JSON body and passes its fields on.
    ///
    /// - Parameters:
    ///   - limit: The most bytes of the body.
    ///   - isRequired: Whether there must be a body; without one it has no fields.
    ///   - check: Reads the fields.
    /// - Returns: The result of `check`.
    /// - Throws: As `readBody`; `RoostError` with code `invalidRequest` when the body is not a JSON object; the errors
    ///   of `check`.
    mutating func readFields<Value: Sendable>(
        upTo limit: Int, isRequired: Bool = true, _ check: @escaping @Sendable (RequestFields) throws -> Value
    ) async throws -> Value {
        let body = try await readBody(upTo: limit)
        return try await RequestFields.read(!isRequired && body.readableBytes == 0 ? ByteBuffer(string: "{}") : body, check)
    }
}
