import Foundation
import RoostCore
import SystemPackage

/// Reads complete files with a size limit.
enum SmallFile {
    /// Returns the bytes of a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The maximum number of bytes.
    /// - Returns: The bytes.
    /// - Throws: `RoostError` with code `fileSystem`, or `tooLarge`.
    static func contents(of path: FilePath, atMost limit: Int) throws -> Data {
        let file = try InputFile(opening: path)
        guard file.size <= Int64(limit) else {
            throw RoostError(.tooLarge, "\(path.string.quotedForPeople) has \(file.size) bytes; at most \(limit) are read.")
        }
        var data = Data(count: Int(file.size))
        try data.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return data
    }

    /// Returns the bytes of a file that may be missing.
    ///
    /// - Returns: The bytes; `nil` if there is no such file.
    static func contentsIfPresent(of path: FilePath, atMost limit: Int) throws -> Data? {
        FileManager.default.fileExists(atPath: path.string) ? try contents(of: path, atMost: limit) : nil
    }
}
