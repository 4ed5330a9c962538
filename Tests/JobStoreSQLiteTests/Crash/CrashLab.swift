import Foundation
import TestSupport
import Testing

/// What the store must survive: kill -9, power cuts, failing disks. See Tests/CrashLab.
///
/// One suite at a time: each starts processes of its own.
@Suite(
    .serialized,
    .enabled(
        if: FaultDisk.isSupported, "needs a library in place of libc's functions: LD_PRELOAD, which is Linux's way, and not the thread sanitizer's"))
enum CrashLab {
    /// How hard to try. `make torture` asks for more than the tests do by themselves.
    enum Effort {
        /// How often processes are killed.
        static let kills = number("ROOST_TORTURE_KILLS", otherwise: 200)
        /// How often the power is cut.
        static let cuts = number("ROOST_TORTURE_CUTS", otherwise: 500)
        /// Whether every single call of a scenario fails once, or only all of the first and a sample of the later ones.
        static let isExhaustive = number("ROOST_TORTURE_EVERY_CALL", otherwise: 0) != 0
        /// Where all choices come from. Printed with every result.
        static let seed = UInt64(number("ROOST_TORTURE_SEED", otherwise: Int.random(in: 1...999_999)))

        private static func number(_ variable: String, otherwise: Int) -> Int {
            ProcessInfo.processInfo.environment[variable].flatMap { Int($0) } ?? otherwise
        }
    }

    /// One line of results; `make torture` makes a table of these.
    static func report(_ what: String, _ figures: String, since start: ContinuousClock.Instant) {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print("crash lab | \(what) | \(figures) | seed \(Effort.seed) | \(seconds.formatted(.number.precision(.fractionLength(1)))) s")
    }

    /// What a planted bug must lead to, and nothing else may.
    struct Finding: CustomStringConvertible {
        let round: String
        let violations: [String]

        var description: String { "\(round): " + violations.prefix(5).joined(separator: " ") + (violations.count > 5 ? " …" : "") }
    }
}
