import Foundation

/// The memory that a running engine uses, in bytes.
package struct EngineMemory: Sendable, Hashable {
    /// The memory of its own: keys and values, buffers, prompt cache.
    package var own: Int64
    /// The parts of files that it has in memory: the weights, and its program.
    package var files: Int64

    /// Creates a value.
    package init(own: Int64, files: Int64) {
        self.own = own
        self.files = files
    }

    /// Parses `/proc/PID/status`.
    ///
    /// - Returns: `nil` if the text has no such numbers, as for a process that has ended.
    package init?(status: String) {
        var found: [Substring: Int64] = [:]
        for line in status.split(separator: "\n") where line.hasPrefix("Rss") {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count == 3, words[2] == "kB", let value = Int64(words[1]), value >= 0 { found[words[0]] = value.clampedTimes(1024) }
        }
        guard let anonymous = found["RssAnon:"], let mapped = found["RssFile:"] else { return nil }
        self.init(own: anonymous.clampedPlus(found["RssShmem:"] ?? 0), files: mapped)
    }

    /// Reads the memory of a process.
    ///
    /// - Returns: `nil` if it has ended, or the system has no `/proc`.
    package static func of(process: Int32) -> EngineMemory? {
        FileManager.default.contents(atPath: "/proc/\(process)/status").flatMap { EngineMemory(status: String(decoding: $0, as: UTF8.self)) }
    }
}
