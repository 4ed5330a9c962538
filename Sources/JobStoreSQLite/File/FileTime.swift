import Foundation

/// Times in file names: UTC, in milliseconds, always 20 characters: `20260102T030405.678Z`. The order of the texts is
/// the order of the times.
enum FileTime {
    static let length = 20

    static func text(_ date: Date) -> String {
        // Half a millisecond is added before truncating. Otherwise a date stored as ….677999 would get the previous
        // millisecond.
        let text = date.addingTimeInterval(0.000_5).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        return text.filter { $0 != "-" && $0 != ":" }
    }

    static func isTime(_ text: some StringProtocol) -> Bool {
        let pattern = "00000000T000000.000Z"
        return text.count == length && zip(text, pattern).allSatisfy { $1 == "0" ? $0.isASCII && $0.isNumber : $0 == $1 }
    }
}
