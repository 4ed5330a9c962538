import Foundation
import RoostCore

/// Collects the pages of a repository's file list and refuses a hostile one.
struct TreeListing {
    /// More entries than any real repository has.
    static let mostEntries = 200_000
    /// More pages than `mostEntries` needs at the Hub's page size of 1,000, with room for mirrors that page smaller.
    static let mostPages = 2_000
    /// All pages together.
    static let mostBytes = 64 << 20

    private(set) var files: [RepositoryFile] = []
    private(set) var byteCount = 0
    private var entryCount = 0
    private var pageCount = 0

    /// Adds one page.
    ///
    /// - Parameter json: The page's body.
    /// - Throws: `RoostError` with code `hubFailure` when it is not a file list, `hubProtocolViolation` when it is a hostile one.
    mutating func add(page json: Data) throws {
        let entries: [TreeEntry]
        do {
            entries = try JSONDecoder().decode([TreeEntry].self, from: json)
        } catch {
            throw RoostError(
                .hubFailure, "The Hub's file list is not what its protocol says. Check HF_ENDPOINT and the network; a login page may have answered.",
                cause: error)
        }
        byteCount += json.count
        entryCount += entries.count
        pageCount += 1
        guard entryCount <= Self.mostEntries, pageCount <= Self.mostPages else { throw Self.tooLong }
        files += try entries.compactMap { try $0.file() }
    }

    /// The files in the order of the listing.
    ///
    /// - Throws: `RoostError` with code `hubProtocolViolation` when a path is listed twice (also in another Unicode form), or is both file and folder.
    func checkedFiles() throws -> [RepositoryFile] {
        // Each size is below 2^60, so the first sum above it is still far from overflowing; all later sums of these files are safe.
        var total: Int64 = 0
        for file in files {
            total += file.size
            guard total <= 1 << 60 else { throw Self.tooLarge }
        }
        var seen: Set<String> = []
        for file in files {
            guard seen.insert(file.path.description).inserted else { throw Self.clash(file.path, "is listed twice") }
        }
        for file in files {
            var folder = file.path.description[...]
            while let slash = folder.lastIndex(of: "/") {
                folder = folder[..<slash]
                if seen.contains(String(folder)) { throw Self.clash(file.path, "lies below a path that is itself a file") }
            }
        }
        return files
    }

    private static var tooLarge: RoostError {
        RoostError(.hubProtocolViolation, "The Hub's file list claims more than an exabyte of files; nothing was written. Check HF_ENDPOINT.")
    }

    static var tooLong: RoostError {
        RoostError(
            .hubProtocolViolation,
            "The Hub's file list is longer than \(mostEntries) entries, \(mostPages) pages or \(ByteCount(Int64(mostBytes))); nothing was written. Check HF_ENDPOINT."
        )
    }

    private static func clash(_ path: RepositoryFilePath, _ how: String) -> RoostError {
        RoostError(
            .hubProtocolViolation,
            "In the Hub's file list \(path.description.quotedForPeople) \(how); nothing was written. Tell the repository's owner.")
    }
}
