import Foundation

/// The memory of this process, and its return to the system.
///
/// glibc keeps freed memory in up to eight arenas per processor, each of which shrinks only from its end. After a peak
/// that was 280 to 550 MB in measurements. Its functions for this are looked up by name, since no Swift module has
/// them; systems without them need no help.
enum ProcessMemory {
    /// glibc's `M_ARENA_MAX` and `M_MMAP_THRESHOLD` (malloc.h).
    private static let arenas: (option: Int32, value: Int32) = (-8, 2)
    private static let mappingThreshold: (option: Int32, value: Int32) = (-3, 256 << 10)

    private typealias Configure = @convention(c) (Int32, Int32) -> Int32
    private typealias Trim = @convention(c) (Int) -> Int32

    /// Makes the allocator use few arenas for all threads, and return large blocks as soon as they are free. Must be
    /// called before threads are created.
    static func prepare() {
        guard let configure = function("mallopt", as: Configure.self) else { return }
        _ = configure(arenas.option, arenas.value)
        _ = configure(mappingThreshold.option, mappingThreshold.value)
    }

    /// Returns free memory. It needs some milliseconds for each 100 MB, during which allocations wait.
    static func giveBack() {
        guard let trim = function("malloc_trim", as: Trim.self) else { return }
        _ = trim(0)
    }

    /// The resident memory of the process in bytes; `nil` where the system does not provide it in `/proc`.
    static var resident: Int? {
        guard let text = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
        let fields = String(decoding: text, as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? Int(fields[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
    }

    private static func function<Function>(_ name: String, as type: Function.Type) -> Function? {
        dlsym(dlopen(nil, RTLD_NOW), name).map { unsafeBitCast($0, to: type) }
    }
}
