import Foundation
import RoostCore
import SystemPackage

/// Files that are read whole, and are not believed to be large.
enum SmallFile {
    /// The bytes of a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The most bytes.
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

    /// The bytes of a file that may be missing.
    ///
    /// - Returns: `nil` when there is no such file.
    static func contentsIfPresent(of path: FilePath, atMost limit: Int) throws -> Data? {
        FileManager.default.fileExists(atPath: path.string) ? try contents(of: path, atMost: limit) : nil
    }
}
