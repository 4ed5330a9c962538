import Foundation
import Hummingbird
import RoostCore

/// The parameters of a request's query. Each method validates the value; its error contains the parameter and the
/// allowed values.
///
/// Unknown parameters are ignored, so that clients of later versions work.
struct QueryFields {
    private let values: Parameters

    init(_ request: Request) { values = request.uri.queryParameters }

    /// Returns the value as it was sent.
    func text(_ name: String) -> String? { values.get(name) }

    func string(_ name: String, bytes: ClosedRange<Int>) throws -> String? {
        guard let text = text(name) else { return nil }
        guard bytes.contains(text.utf8.count), !text.hasControlCharacters else {
            throw wrong(name, "must be \(bytes.lowerBound) to \(bytes.upperBound) bytes without control characters")
        }
        return text
    }

    func int(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw wrong(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func time(_ name: String) throws -> Timestamp? {
        guard let text = text(name) else { return nil }
        guard let time = Timestamp(utc: text) else { throw wrong(name, "must be a time in UTC such as 2026-01-31T12:00:00Z") }
        return time
    }

    /// Returns a Boolean parameter, `false` when it is missing.
    func bool(_ name: String) throws -> Bool {
        switch text(name) {
        case nil, "false": false
        case "true": true
        default: throw wrong(name, "must be true or false")
        }
    }

    /// Returns the error for an invalid parameter.
    func wrong(_ name: String, _ allowed: String) -> RoostError {
        RoostError(.invalidRequest, "`\(name)` \(allowed); it is \((text(name) ?? "").quotedForPeople).", field: name)
    }
}
