import Foundation

#if canImport(Darwin)
    import Darwin
#endif

/// The command lines of other processes.
enum ProcessArguments {
    /// Returns the command line of a process; empty if there is no such process or it belongs to another user.
    static func of(_ pid: Int32) -> [String] {
        #if canImport(Darwin)
            // KERN_PROCARGS2 returns the count of arguments, the executable's path, padding, then the arguments, each
            // ended by a NUL.
            var name: [Int32] = [CTL_KERN, KERN_PROCARGS2, pid]
            var size = 0
            guard sysctl(&name, 3, nil, &size, nil, 0) == 0, size > 4 else { return [] }
            var bytes = [UInt8](repeating: 0, count: size)
            guard sysctl(&name, 3, &bytes, &size, nil, 0) == 0 else { return [] }
            return words(bytes.prefix(size).dropFirst(4))
        #else
            return words(FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data())
        #endif
    }

    private static func words(_ bytes: some Sequence<UInt8>) -> [String] {
        Array(bytes).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }
}
