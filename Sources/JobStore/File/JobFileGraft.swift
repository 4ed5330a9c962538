import Foundation
import GRDB

/// A scratch copy of a damaged file whose first page, where SQLite looks up what is where, comes from a sound file.
///
/// A backup is a page by page copy, so its first page says where the tables of the damaged file begin, as long as the schema is the same. Without
/// a backup, a new file's does for a file that began with the same schema.
enum JobFileGraft {
    /// Makes the copy.
    ///
    /// - Parameters:
    ///   - path: The damaged file.
    ///   - donor: The sound file.
    ///   - scratch: Where the copy goes; the caller discards it.
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
        // The number of pages and the list of free ones are the donor's; zero lets SQLite look at the file's size and see no free ones.
        page.replaceSubrange(28..<40, with: Data(count: 12))
        let target = try FileHandle(forWritingTo: URL(fileURLWithPath: scratch))
        try target.write(contentsOf: page)
        try target.close()
    }
}
