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
    private var skipped: [SkippedFile] = []
    private(set) var byteCount = 0
    private var entryCount = 0
    private var pageCount = 0

    /// Some entries of a page, read.
    struct Entries: Sendable {
        var files: [RepositoryFile] = []
        /// Files that cannot be stored here.
        var skipped: [SkippedFile] = []
        /// How many there were, folders included.
        var count = 0
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
                var result = Entries(byteCount: piece.count)
                guard let json = try pieces.take(piece) else { return result }
                for entry in try JSONDecoder().decode([TreeEntry].self, from: Data(json)) {
                    result.count += 1
                    if let skipped = entry.skipped {
                        result.skipped.append(skipped)
                    } else if let file = try entry.file() {
                        result.files.append(file)
                    }
                }
                return result
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
        skipped += entries.skipped
    }

    /// The files in the order of the listing. Of several whose names differ only in their Unicode form, the first is kept; so it is where they
    /// differ only in case and the file system does not tell cases apart.
    ///
    /// - Parameter ignoresCase: Whether the file system takes names that differ only in case for one; asked only when there are such.
    /// - Returns: The files, and what cannot be stored.
    /// - Throws: `RoostError` with code `hubProtocolViolation` when a path is listed twice, or is both file and folder.
    func checked(ignoresCase: () -> Bool) throws -> HubListing {
        // Each size is below 2^60, so the first sum above it is still far from overflowing; all later sums of these files are safe.
        var total: Int64 = 0
        for file in files {
            total += file.size
            guard total <= 1 << 60 else { throw Self.tooLarge }
        }
        let names = files.map { PathOrder($0.path) }
        let order = files.indices.sorted { names[$0] < names[$1] }
        // With a slash before all other bytes, what lies below a path stands right behind it.
        for (first, second) in zip(order, order.dropFirst()) {
            if names[second].bytes == names[first].bytes { throw Self.clash(files[second].path, "is listed twice") }
            if names[second].isBelow(names[first]) { throw Self.clash(files[second].path, "lies below a path that is itself a file") }
        }
        var listing = HubListing(files: files, skipped: skipped)
        listing.separate(by: { $0 }, butFor: "in its Unicode form")
        if Set(listing.files.map { $0.path.description.lowercased() }).count < listing.files.count, ignoresCase() {
            listing.separate(by: { $0.lowercased() }, butFor: "in its case, which the disk here does not tell apart")
        }
        return listing
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

extension HubListing {
    /// Leaves out each file whose name means the same as that of one before it.
    ///
    /// - Parameters:
    ///   - meaning: What a name means. Texts that differ only in their Unicode form are equal, here as in tables and on macOS.
    ///   - difference: In what such names differ, for people.
    fileprivate mutating func separate(by meaning: (String) -> String, butFor difference: String) {
        var first: [String: RepositoryFilePath] = [:]
        var kept: [RepositoryFile] = []
        for file in files {
            let name = meaning(file.path.description)
            if let other = first[name] {
                let reason = "its name differs from \(other.description.quotedForPeople) only \(difference)"
                skipped.append(SkippedFile(name: file.path.description, reason: reason))
            } else {
                first[name] = file.path
                kept.append(file)
            }
        }
        files = kept
    }
}

/// Where a path stands among others.
private struct PathOrder {
    /// As the Hub spells it, with 0 for each slash.
    let bytes: [UInt8]
    /// In the one form that Unicode has for it.
    let composed: [UInt8]

    init(_ path: RepositoryFilePath) {
        let text = path.description
        bytes = Self.bytes(text)
        composed = text.utf8.allSatisfy { $0 < 0x80 } ? bytes : Self.bytes(text.precomposedStringWithCanonicalMapping)
    }

    private static func bytes(_ text: String) -> [UInt8] { text.utf8.map { $0 == UInt8(ascii: "/") ? 0 : $0 } }

    /// Whether this path leads through the other, in whatever Unicode form.
    func isBelow(_ other: Self) -> Bool {
        composed.count > other.composed.count && composed.starts(with: other.composed) && composed[other.composed.count] == 0
    }

    static func < (first: Self, second: Self) -> Bool {
        first.composed == second.composed
            ? first.bytes.lexicographicallyPrecedes(second.bytes) : first.composed.lexicographicallyPrecedes(second.composed)
    }
}
