public import Foundation

/// A point in time as jobs.db and the API write it: ISO 8601 in UTC, always 24 characters, `2026-01-02T03:04:05.678Z`.
///
/// The width is fixed so that text order is time order. A value read from a file keeps its text whatever it is: rows of other programs survive untouched.
public struct Timestamp: Sendable, Hashable, RawRepresentable, Codable, CustomStringConvertible {
    /// The text.
    public let rawValue: String

    /// Takes any text.
    ///
    /// - Parameter rawValue: The text of a row or an answer.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Writes a date.
    ///
    /// - Parameter date: The time; fractions below a millisecond are cut.
    public init(_ date: Date) {
        self.rawValue = date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// The time, if the text is ISO 8601 in UTC with or without a fraction.
    public var date: Date? {
        (try? Date(rawValue, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(rawValue, strategy: Date.ISO8601FormatStyle()))
    }

    /// The text.
    public var description: String { rawValue }
}
