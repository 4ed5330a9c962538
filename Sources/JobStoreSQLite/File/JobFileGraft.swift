import Foundation
import GRDB

/// A temporary copy of a damaged file with the first page of a sound file. SQLite finds all tables through the first
/// page.
///
/// A backup is a page-by-page copy, so its first page contains the locations of the damaged file's tables, provided
/// that the schema is the same. Without a backup, the first page of a new file serves for a file that was created with
/// the same schema.
enum JobFileGraft {
    /// Makes the copy.
    ///
    /// - Parameters:
    ///   - path: The damaged file.
    ///   - donor: The sound file.
    ///   - scratch: The path of the copy; the caller removes it.
    /// - Throws: `RoostError` with code `insufficientSpace` or `fileSystem`; `DatabaseError`.
    static func make(of path: String, firstPageOf donor: String, at scratch: String) throws {
        DurableFile.discard(scratch)
        for suffix in ["", "-wal"] where try DurableFile.size(of: path + suffix) ?? 0 > 0 {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: scratch + suffix)
        }
        let source = try FileHandle(forReadingFrom: URL(fileURLWithPath: donor))
        defer { try? source.close() }
        guard let header = try source.read(upToCount: 100), header.count == 100 else { return }
        let size = Int(header[16]) << 8 | Int(header[17])
        try source.seek(toOffset: 0)
        guard var page = try source.read(upToCount: size == 1 ? 65_536 : size) else { return }
        // The page count and the list of free pages belong to the donor. With zeros SQLite uses the file's size and
        // assumes no free pages.
        page.replaceSubrange(28..<40, with: Data(count: 12))
        let target = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch))
        try target.write(contentsOf: page)
        try target.close()
    }
}
