import Foundation
package import SystemPackage

/// The transfer rate of the last seconds: steady, but quick to show a stall.
struct RateMeter: Sendable, Hashable {
    private struct Sample: Sendable, Hashable {
        let time: Duration
        let bytes: Int64
    }

    /// Long enough for a steady rate, short enough to show a stall soon.
    private static let window: Duration = .seconds(5)
    /// Samples closer together than this add no information.
    private static let spacing: Duration = .milliseconds(100)

    private var samples: [Sample] = []

    /// Records the number of bytes at a time; a decrease restarts the measurement.
    mutating func record(bytes: Int64, at now: Duration) {
        if let last = samples.last {
            if bytes < last.bytes { samples = [] } else if now - last.time < Self.spacing { return }
        }
        samples.append(Sample(time: now, bytes: bytes))
        samples.removeAll { now - $0.time > Self.window }
    }

    /// Bytes per second since the oldest sample in the window; `nil` before the second sample, or when the window is
    /// empty.
    func bytesPerSecond(at now: Duration) -> Double? {
        let recent = samples.filter { now - $0.time <= Self.window }
        guard let first = recent.first, let last = recent.last, first != last else { return nil }
        return Double(last.bytes - first.bytes) / ((now - first.time) / .seconds(1))
    }
}

/// A small file with the rate of the last pull in bytes per second, so that a dry run can estimate the duration after a
/// restart too.
package struct RateNote: Sendable {
    private let path: FilePath

    /// Creates the value; the file need not exist.
    ///
    /// - Parameter path: The path of the file; its folder exists.
    package init(at path: FilePath) { self.path = path }

    /// The rate; `nil` when the file does not exist or is invalid.
    func read() -> Double? {
        guard let text = FileManager.default.contents(atPath: path.string), text.count < 64,
            let rate = Double(String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)), rate.isFinite, rate > 0
        else { return nil }
        return rate
    }

    /// Writes a rate. After a failure the next start only lacks an estimate.
    func write(_ rate: Double) { try? Data("\(Int64(min(rate, 1e15)))\n".utf8).write(to: URL(fileURLWithPath: path.string), options: .atomic) }
}
