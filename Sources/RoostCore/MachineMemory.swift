import Foundation

/// How much memory there is for a model.
public enum MachineMemory {
    /// What programs could still get, in bytes: Linux's `MemAvailable`; elsewhere all there is less a quarter for everything else.
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
