import Foundation
import Synchronization

/// A date that moves only when told to.
final class ManualDate: Sendable {
    private let milliseconds = Mutex<Int64>(1_800_000_000_250)

    /// The time in whole milliseconds; the small rest keeps the text of it from being rounded down to the millisecond before.
    var date: Date { Self.date(sinceEpoch: sinceEpoch) }

    /// Milliseconds since 1970.
    var sinceEpoch: Int64 { milliseconds.withLock(\.self) }

    static func date(sinceEpoch milliseconds: Int64) -> Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000 + 0.0003) }

    /// Moves the time.
    ///
    /// - Parameter interval: Seconds.
    func advance(by interval: Double) { milliseconds.withLock { $0 += Int64((interval * 1000).rounded()) } }
}
