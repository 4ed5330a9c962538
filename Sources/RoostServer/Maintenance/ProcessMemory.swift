import Foundation

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The memory of this process, and how it goes back to the system.
///
/// glibc keeps what was freed: in up to eight arenas a processor, each of which only shrinks from its end. After a burst that was 280 to 550 MB here.
/// Its functions for this are looked up by name, since no module of Swift's has them; where there are none, the system's allocator needs no help.
enum ProcessMemory {
    /// glibc's `M_ARENA_MAX` and `M_MMAP_THRESHOLD` (malloc.h).
    private static let arenas: (option: Int32, value: Int32) = (-8, 2)
    private static let mappingThreshold: (option: Int32, value: Int32) = (-3, 256 << 10)

    private typealias Configure = @convention(c) (Int32, Int32) -> Int32
    private typealias Trim = @convention(c) (Int) -> Int32

    /// Makes the allocator share a few arenas among all threads, and give large pieces back as soon as they are free. Call it before threads are made.
    static func prepare() {
        guard let configure = function("mallopt", as: Configure.self) else { return }
        _ = configure(arenas.option, arenas.value)
        _ = configure(mappingThreshold.option, mappingThreshold.value)
    }

    /// Gives back what is free. It takes some milliseconds for each 100 MB, and allocations wait meanwhile.
    static func giveBack() {
        guard let trim = function("malloc_trim", as: Trim.self) else { return }
        _ = trim(0)
    }

    /// How much of the process is in memory, in bytes; `nil` where the system does not say so in `/proc`.
    static var resident: Int? {
        guard let text = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
        let fields = String(decoding: text, as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? Int(fields[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
    }

    private static func function<Function>(_ name: String, as type: Function.Type) -> Function? {
        dlsym(dlopen(nil, RTLD_NOW), name).map { unsafeBitCast($0, to: type) }
    }
}
