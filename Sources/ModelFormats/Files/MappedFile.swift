import DurableFiles
import Foundation
import RoostCore
import SystemPackage

/// Maps the bytes of a regular file into memory, so that only the used parts are read.
enum MappedFile {
    /// Maps a file while a closure runs.
    ///
    /// - Parameters:
    ///   - path: The file. Symbolic links are followed, because caches use them.
    ///   - body: Receives the bytes, which are empty for an empty file. They must not leave the closure.
    /// - Returns: The result of `body`.
    /// - Throws: `RoostError` with code `fileSystem`, and the errors of `body`.
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
