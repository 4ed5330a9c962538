import Foundation

/// The memory that is available for a model.
public enum MachineMemory {
    /// The memory available to programs in bytes: on Linux `MemAvailable`, or less if a control group of this process
    /// allows less; elsewhere the physical memory less a quarter.
    public static var availableBytes: Int64 {
        available(physical: Int64(clamping: ProcessInfo.processInfo.physicalMemory)) { path in
            // The files of the kernel have some kilobytes at most.
            FileManager.default.contents(atPath: path).map { String(decoding: $0.prefix(1 << 20), as: UTF8.self) }
        }
    }

    /// Returns the available memory in bytes.
    ///
    /// - Parameters:
    ///   - physical: The memory of the machine in bytes.
    ///   - read: Returns the text of a file of the kernel; `nil` if it cannot be read.
    /// - Returns: The bytes.
    package static func available(physical: Int64, read: (String) -> String?) -> Int64 {
        guard let text = read("/proc/meminfo") else { return physical / 4 * 3 }
        let machine = available(in: text) ?? physical / 4 * 3
        return ControlGroup.limited(read: read).reduce(machine) { min($0, $1.available) }
    }

    static func available(in text: String) -> Int64? {
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        let words = line?.split(separator: " ") ?? []
        return words.count >= 2 ? Int64(words[1]).map { $0 * 1024 } : nil
    }
}
