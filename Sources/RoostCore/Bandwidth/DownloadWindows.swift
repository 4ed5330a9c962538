/// How fast downloads may be at which time of the day, such as `22:00-06:00=unlimited, 12:00-13:00=off`.
public struct DownloadWindows: Sendable, Hashable {
    /// What downloads may take.
    public enum Limit: Sendable, Hashable {
        /// Whatever the line gives.
        case unlimited
        /// So many bytes a second, all together.
        case rate(Int64)
        /// Nothing: pulls wait in the queue.
        case closed
    }

    private struct Window: Sendable, Hashable {
        /// Minutes since midnight; one that ends before it begins goes over midnight.
        let start: Int
        let end: Int
        let limit: Limit

        func contains(_ minute: Int) -> Bool {
            start < end ? (start..<end).contains(minute) : minute >= start || minute < end
        }
    }

    private var windows: [Window] = []

    /// No windows.
    public init() {}

    /// Parses windows.
    ///
    /// - Parameter text: `HH:MM-HH:MM=LIMIT`, separated by commas, in the machine's local time; the first that holds counts. `LIMIT` is `unlimited`,
    ///   `off` or a rate such as `2MB`.
    public init?(parsing text: String) {
        for part in text.split(separator: ",") {
            guard let window = Self.window(part.filter { $0 != " " }) else { return nil }
            windows.append(window)
        }
    }

    /// What a limit's word means.
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

    /// What holds at a time of the day.
    ///
    /// - Parameter minute: Minutes since midnight.
    /// - Returns: The limit of the first window that holds; `nil` outside of all.
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
