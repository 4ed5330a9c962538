package import Foundation
import RoostCore

/// Ids of jobs: UUIDs of version 7 (RFC 9562 §5.7). They begin with the time, so that new rows are close to each other
/// in the index.
package enum JobIdentifier {
    /// Creates an id.
    ///
    /// - Parameter date: The time at its beginning, in milliseconds.
    /// - Returns: A UUID in lower case.
    package static func make(at date: Date) -> String {
        let milliseconds = UInt64(max(0, date.timeIntervalSince1970 * 1000)) & 0xFFFF_FFFF_FFFF
        var random = SystemRandomNumberGenerator()
        let high = milliseconds << 16 | 0x7000 | random.next() & 0x0FFF
        let low = 0x8000_0000_0000_0000 | random.next() & 0x3FFF_FFFF_FFFF_FFFF
        let digits = Array((high.hexadecimal + low.hexadecimal).utf8)
        let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(decoding: digits[$0], as: UTF8.self) }
        return parts.joined(separator: "-")
    }
}
