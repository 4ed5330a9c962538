import Foundation
public import SystemPackage

/// A small file with the rate of the last pull in bytes a second, so that a dry run can say how long a pull takes also after a restart.
public struct RateNote: Sendable {
    private let path: FilePath

    /// Names the file; it need not be there.
    ///
    /// - Parameter path: Where it is; its folder exists.
    public init(at path: FilePath) { self.path = path }

    /// The rate; `nil` when none was noted, or something else stands there.
    func read() -> Double? {
        guard let text = FileManager.default.contents(atPath: path.string), text.count < 64,
            let rate = Double(String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)), rate.isFinite, rate > 0
        else { return nil }
        return rate
    }

    /// Notes a rate. Where that fails, the next start knows none, which costs no more than an estimate.
    func write(_ rate: Double) { try? Data("\(Int64(min(rate, 1e15)))\n".utf8).write(to: URL(fileURLWithPath: path.string), options: .atomic) }
}
