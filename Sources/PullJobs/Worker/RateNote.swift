import Foundation
package import SystemPackage

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
