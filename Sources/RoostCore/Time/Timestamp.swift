public import Foundation

/// A point in time in jobs.db and the API: ISO 8601 in UTC, always 24 characters, `2026-01-02T03:04:05.678Z`.
///
/// The width is fixed so that the order of texts is the order of times. A value that was read keeps its text: rows of
/// other programs stay unchanged.
public struct Timestamp: Sendable, Hashable, RawRepresentable, Codable, CustomStringConvertible {
    /// The text.
    public let rawValue: String

    /// Creates a timestamp from any text.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Creates a timestamp from a date.
    public init(_ date: Date) {
        self.rawValue = date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// The date, if the text is ISO 8601 in UTC with or without a fraction.
    public var date: Date? {
        (try? Date(rawValue, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(rawValue, strategy: Date.ISO8601FormatStyle()))
    }

    /// The text.
    public var description: String { rawValue }
}
