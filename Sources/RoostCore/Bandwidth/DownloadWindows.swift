/// The download limits by time of day, such as `22:00-06:00=unlimited, 12:00-13:00=off`.
public struct DownloadWindows: Sendable, Hashable {
    /// A download limit.
    public enum Limit: Sendable, Hashable {
        /// No limit.
        case unlimited
        /// A number of bytes per second, for all downloads together.
        case rate(Int64)
        /// No downloads: pulls wait in the queue.
        case closed
    }

    private struct Window: Sendable, Hashable {
        /// Minutes since midnight; a window that ends before it begins crosses midnight.
        let start: Int
        let end: Int
        let limit: Limit

        func contains(_ minute: Int) -> Bool {
            start < end ? (start..<end).contains(minute) : minute >= start || minute < end
        }
    }

    private var windows: [Window] = []

    /// Creates an empty list of windows.
    public init() {}

    /// Parses windows.
    ///
    /// - Parameter text: `HH:MM-HH:MM=LIMIT`, separated by commas, in the machine's local time; the first matching
    ///   window counts. `LIMIT` is `unlimited`, `off` or a rate such as `2MB`.
    public init?(parsing text: String) {
        for part in text.split(separator: ",") {
            guard let window = Self.window(part.filter { $0 != " " }) else { return nil }
            windows.append(window)
        }
    }

    /// Parses a limit.
    ///
    /// - Parameter text: `unlimited`, `off` or a rate such as `2MB`.
    /// - Returns: The limit; `nil` for any other word.
    public static func limit(_ text: String) -> Limit? {
        switch text.lowercased() {
        case "unlimited": .unlimited
        case "off": .closed
        default: ByteRate(parsing: text).map { .rate($0.bytesPerSecond) }
        }
    }

    /// Returns the limit at a time of day.
    ///
    /// - Parameter minute: Minutes since midnight.
    /// - Returns: The limit of the first matching window; `nil` outside all windows.
    public func limit(atMinute minute: Int) -> Limit? { windows.first { $0.contains(minute) }?.limit }

    private static func window(_ text: String) -> Window? {
        let sides = text.split(separator: "=", omittingEmptySubsequences: false)
        guard sides.count == 2, let limit = limit(String(sides[1])) else { return nil }
        let times = sides[0].split(separator: "-", omittingEmptySubsequences: false).map(minutes)
        guard times.count == 2, let start = times[0], let end = times[1], start != end else { return nil }
        return Window(start: start, end: end, limit: limit)
    }

    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isASCII) && $0.allSatisfy(\.isNumber) }),
            let hours = Int(parts[0]), let minutes = Int(parts[1]), minutes < 60, hours < 24 || (hours == 24 && minutes == 0)
        else { return nil }
        return hours * 60 + minutes
    }
}
