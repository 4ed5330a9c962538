import ArgumentParser
import Foundation

/// A duration of a key on the command line: a number and `m`, `h` or `d`.
struct Lifetime: ExpressibleByArgument, Sendable {
    /// The seconds.
    let seconds: TimeInterval

    /// Parses a duration from 0 to a hundred years.
    ///
    /// - Parameter argument: Such as `90d`, `12h`, `30m` or `0m`.
    init?(argument: String) {
        let units: [Character: TimeInterval] = ["m": 60, "h": 3600, "d": 86_400]
        guard let unit = argument.last.flatMap({ units[$0] }), let number = Int(argument.dropLast()), number >= 0 else { return nil }
        seconds = TimeInterval(number) * unit
        guard seconds <= 36_500 * 86_400 else { return nil }
    }
}
