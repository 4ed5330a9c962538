import Foundation

/// What the speed of an engine depends on besides the engine and its model. A measurement of another machine is no use.
struct MachineIdentity: Sendable, Hashable, Codable {
    /// The name of the processor; empty if the system does not tell.
    let processor: String
    /// The number of processors that this process may use.
    let processors: Int
    /// The memory in bytes.
    let memory: UInt64

    /// The machine of this process.
    static let current: MachineIdentity = {
        let process = ProcessInfo.processInfo
        return MachineIdentity(processor: processorName, processors: process.activeProcessorCount, memory: process.physicalMemory)
    }()

    /// Returns the processor's name in the text of `/proc/cpuinfo`; empty without one.
    static func processorName(in text: String) -> String {
        // On x86 `model name`; on ARM there are only numbers.
        let lines = text.prefix(1 << 16).split(separator: "\n")
        for key in ["model name", "CPU part", "cpu"] {
            guard let line = lines.first(where: { $0.hasPrefix(key) }), let colon = line.firstIndex(of: ":") else { continue }
            return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        return ""
    }

    private static var processorName: String {
        #if os(macOS)
            var size = 0
            guard sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0) == 0, (1...1024).contains(size) else { return "" }
            var bytes = [UInt8](repeating: 0, count: size)
            guard sysctlbyname("machdep.cpu.brand_string", &bytes, &size, nil, 0) == 0 else { return "" }
            return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        #else
            return processorName(in: String(decoding: FileManager.default.contents(atPath: "/proc/cpuinfo") ?? Data(), as: UTF8.self))
        #endif
    }
}
