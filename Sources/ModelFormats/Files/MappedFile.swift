import RoostCore
import SystemPackage

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A regular file's bytes in memory, without reading those that nobody looks at.
enum MappedFile {
    /// Maps a file while a closure runs.
    ///
    /// - Parameters:
    ///   - path: The file; symbolic links are followed, as caches need it.
    ///   - body: Gets the bytes, none for an empty file. They must not leave the closure.
    /// - Returns: What `body` returns.
    /// - Throws: `RoostError` with code `fileSystem`, and what `body` throws.
    static func withBytes<Result>(of path: FilePath, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
        let file = try InputFile(opening: path)
        guard file.size > 0 else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        guard let count = Int(exactly: file.size), let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, file.descriptor.rawValue, 0),
            start != MAP_FAILED
        else { throw Errno(rawValue: errno).error("map", path) }
        defer { munmap(start, count) }
        return try body(UnsafeRawBufferPointer(start: start, count: count))
    }
}
