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

    /// Some entries of a page, read.
    struct Entries: Sendable {
        let files: [RepositoryFile]
        /// How many there were, folders included.
        let count: Int
        /// How many bytes they were read from.
        let byteCount: Int
    }

    /// Reads one page as it comes.
    struct Page: Sendable {
        private var pieces = JSONPieces()

        /// Takes the next piece of the page's body.
        ///
        /// - Parameter piece: Some bytes.
        /// - Returns: The entries that are complete now.
        /// - Throws: `RoostError` with code `hubFailure` when it is no file list, `hubProtocolViolation` when it is a hostile one.
        mutating func read(_ piece: some Collection<UInt8>) throws -> Entries {
            do {
                guard let json = try pieces.take(piece) else { return Entries(files: [], count: 0, byteCount: piece.count) }
                let entries = try JSONDecoder().decode([TreeEntry].self, from: Data(json))
                return Entries(files: try entries.compactMap { try $0.file() }, count: entries.count, byteCount: piece.count)
            } catch let error as RoostError {
                throw error
            } catch {
                throw TreeListing.noList(error)
            }
        }

        /// Makes sure that the page is complete.
        ///
        /// - Throws: `RoostError` with code `hubFailure`.
        func finish() throws {
            do { try pieces.finish() } catch { throw TreeListing.noList(error) }
        }
    }

    /// Begins a page.
    ///
    /// - Throws: `RoostError` with code `hubProtocolViolation` when there are too many.
    mutating func beginPage() throws -> Page {
        pageCount += 1
        guard pageCount <= Self.mostPages else { throw Self.tooLong }
        return Page()
    }

    /// Adds entries of a page.
    ///
    /// - Throws: `RoostError` with code `hubProtocolViolation` when there are too many.
    mutating func add(_ entries: Entries) throws {
        byteCount += entries.byteCount
        entryCount += entries.count
        guard entryCount <= Self.mostEntries else { throw Self.tooLong }
        files += entries.files
    }

    /// The files in the order of the listing. Takes up to some seconds for the longest list.
    ///
    /// - Throws: `RoostError` with code `hubProtocolViolation` when a path is listed twice (also in another Unicode form), or is both file and folder.
    func checkedFiles() throws -> [RepositoryFile] {
        // Each size is below 2^60, so the first sum above it is still far from overflowing; all later sums of these files are safe.
        var total: Int64 = 0
        for file in files {
            total += file.size
            guard total <= 1 << 60 else { throw Self.tooLarge }
        }
        let names = files.map { Self.comparable($0.path) }
        let order = files.indices.sorted { names[$0].lexicographicallyPrecedes(names[$1]) }
        // With a slash before all other bytes, what lies below a path stands right behind it.
        for (first, second) in zip(order, order.dropFirst()) where names[second].starts(with: names[first]) {
            let length = names[first].count
            if names[second].count == length { throw Self.clash(files[second].path, "is listed twice") }
            if names[second][length] == 0 { throw Self.clash(files[second].path, "lies below a path that is itself a file") }
        }
        return files
    }

    /// A path in the one form that Unicode has for it, with 0 for each slash.
    private static func comparable(_ path: RepositoryFilePath) -> [UInt8] {
        let text = path.description
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        return (isASCII ? text : text.precomposedStringWithCanonicalMapping).utf8.map { $0 == UInt8(ascii: "/") ? 0 : $0 }
    }

    private static func noList(_ cause: any Error) -> RoostError {
        RoostError(
            .hubFailure, "The Hub's file list is not what its protocol says. Check HF_ENDPOINT and the network; a login page may have answered.",
            cause: cause)
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
