import Foundation
import NIOHTTP1

/// How long a server asks us to wait.
enum RetryAfter {
    /// No server may park a job for longer than this.
    static let longest: Duration = .seconds(3600)

    /// Reads `RateLimit` (`"api";r=0;t=55`, the Hub's own form) or `Retry-After` (seconds or an HTTP date).
    ///
    /// - Parameters:
    ///   - headers: The response's headers.
    ///   - now: The time an HTTP date is compared with.
    /// - Returns: 0 to 3,600 s, or `nil` when the server says nothing usable.
    static func parse(_ headers: HTTPHeaders, now: Date) -> Duration? {
        let limit = headers["RateLimit"].lazy.compactMap(exhausted).first
        let seconds = limit ?? headers.first(name: "Retry-After").flatMap { wait($0, now: now) }
        return seconds.map { min(.seconds($0), longest) }
    }

    /// The `t` of a `RateLimit` item that has nothing remaining.
    private static func exhausted(_ value: String) -> Double? {
        for item in value.split(separator: ",") {
            let fields = item.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard fields.contains("r=0"), let time = fields.first(where: { $0.hasPrefix("t=") }) else { continue }
            return whole(time.dropFirst(2))
        }
        return nil
    }

    private static func wait(_ value: String, now: Date) -> Double? {
        if let seconds = whole(value[...]) { return seconds }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.date(from: value).map { min(max(0, $0.timeIntervalSince(now)), 3600) }
    }

    /// A non-negative whole number, cut at a day so that it always fits a duration.
    private static func whole(_ text: Substring) -> Double? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return min(Double(text) ?? 86_400, 86_400)
    }
}
