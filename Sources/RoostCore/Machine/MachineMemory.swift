import Foundation

/// The memory that is available for a model.
public enum MachineMemory {
    /// The memory available to programs in bytes: Linux's `MemAvailable`; elsewhere the physical memory less a quarter.
    public static var availableBytes: Int64 {
        let all = Int64(clamping: ProcessInfo.processInfo.physicalMemory)
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return all / 4 * 3 }
        return available(in: text) ?? all / 4 * 3
    }

    static func available(in text: String) -> Int64? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        let words = line?.split(separator: " ") ?? []
        return words.count >= 2 ? Int64(words[1]).map { $0 * 1024 } : nil
    }
}
