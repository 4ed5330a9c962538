import Foundation

/// The time that a server requests to wait.
enum RetryAfter {
    /// The maximum wait, so that a server cannot delay a job for longer.
    static let longest: Duration = .seconds(3600)

    /// Parses `RateLimit` (`"api";r=0;t=55`, the Hub's own form) or `Retry-After` (seconds or an HTTP date).
    ///
    /// - Parameters:
    ///   - rateLimit: The values of `RateLimit`.
    ///   - retryAfter: The value of `Retry-After`, if present.
    ///   - now: The current time, to compare with an HTTP date.
    /// - Returns: 0 to 3,600 s, or `nil` if there is no usable value.
    static func parse(rateLimit: [String], retryAfter: String?, now: Date) -> Duration? {
        let limit = rateLimit.lazy.compactMap(exhausted).first
        let seconds = limit ?? retryAfter.flatMap { wait($0, now: now) }
        return seconds.map { min(.seconds($0), longest) }
    }

    /// The `t` of a `RateLimit` item with no remaining requests.
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
        return date(value).map { min(max(0, $0.timeIntervalSince(now)), 3600) }
    }

    /// Parses `Fri, 15 Jan 2027 08:00:10 GMT`, the only form that servers send (RFC 9110, section 5.6.7). Foundation's
    /// formatter is not used, because some texts that are not dates make it end the process.
    private static func date(_ value: String) -> Date? {
        let words = value.split(separator: " ")
        guard words.count == 6, words[0].utf8.count == 4, words[0].hasSuffix(","), words[5] == "GMT", let day = number(words[1], in: 1...31),
            let month = months.firstIndex(of: words[2]), let year = number(words[3], in: 1970...9999)
        else { return nil }
        let clock = words[4].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, let hour = number(clock[0], in: 0...23), let minute = number(clock[1], in: 0...59),
            let second = number(clock[2], in: 0...60)
        else { return nil }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.date(from: DateComponents(year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second))
    }

    private static let months: [Substring] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func number(_ text: Substring, in range: ClosedRange<Int>) -> Int? {
        whole(text).flatMap { range.contains(Int($0)) ? Int($0) : nil }
    }

    /// A non-negative whole number, limited to a day so that it always fits into a duration.
    private static func whole(_ text: Substring) -> Double? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return min(Double(text) ?? 86_400, 86_400)
    }
}
