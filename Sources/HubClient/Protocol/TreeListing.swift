import Foundation
package import RoostCore

/// Collects the pages of a repository's file list and refuses a malicious list.
package struct TreeListing {
    /// The maximum number of entries, more than any real repository has.
    package static let mostEntries = 200_000
    /// The maximum number of pages: more than `mostEntries` needs at the Hub's page size of 1,000, with room for
    /// mirrors with smaller pages.
    package static let mostPages = 2_000
    /// The maximum size of all pages together in bytes.
    package static let mostBytes = 64 << 20

    private(set) var files: [RepositoryFile] = []
    private var skipped: [SkippedFile] = []
    private(set) var byteCount = 0
    private var entryCount = 0
    private var pageCount = 0

    /// Some parsed entries of a page.
    package struct Entries: Sendable {
        package var files: [RepositoryFile] = []
        /// The files that cannot be stored on this machine.
        package var skipped: [SkippedFile] = []
        /// The number of entries, including folders.
        package var count = 0
        /// The number of bytes that were parsed.
        package let byteCount: Int
    }

    /// Parses one page in pieces.
    package struct Page: Sendable {
        private var pieces = JSONPieces()

        /// Parses the next piece of the page's body.
        ///
        /// - Parameter piece: The next bytes.
        /// - Returns: The entries that are complete now.
        /// - Throws: `RoostError` with code `hubFailure` if it is not a file list, `hubProtocolViolation` if the list
        ///   is malicious.
        package mutating func read(_ piece: some Collection<UInt8>) throws -> Entries {
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

        /// Checks that the page is complete.
        ///
        /// - Throws: `RoostError` with code `hubFailure`.
        package func finish() throws {
            do { try pieces.finish() } catch { throw TreeListing.noList(error) }
        }
    }

    /// Starts a page.
    ///
    /// - Throws: `RoostError` with code `hubProtocolViolation` if there are too many pages.
    package mutating func beginPage() throws -> Page {
        pageCount += 1
        guard pageCount <= Self.mostPages else { throw Self.tooLong }
        return Page()
    }

    /// Adds entries of a page.
    ///
    /// - Throws: `RoostError` with code `hubProtocolViolation` if there are too many entries.
    package mutating func add(_ entries: Entries) throws {
        byteCount += entries.byteCount
        entryCount += entries.count
        guard entryCount <= Self.mostEntries else { throw Self.tooLong }
        files += entries.files
        skipped += entries.skipped
    }

    /// Returns the files in the order of the listing. Of several files whose names differ only in their Unicode form,
    /// the first is kept. The same applies to names that differ only in case, if the file system ignores case.
    ///
    /// - Parameter ignoresCase: Whether the file system treats names that differ only in case as equal; called only if
    ///   there are such names.
    /// - Returns: The files, and those that cannot be stored.
    /// - Throws: `RoostError` with code `hubProtocolViolation` if a path is listed twice, or is both a file and a
    ///   folder.
    package func checked(ignoresCase: () -> Bool) throws -> HubListing {
        // Each size is below 2^60, so the first sum above that limit cannot overflow, and all later sums of these files
        // are safe.
        var total: Int64 = 0
        for file in files {
            total += file.size
            guard total <= 1 << 60 else { throw Self.tooLarge }
        }
        let names = files.map { PathOrder($0.path) }
        let order = files.indices.sorted { names[$0] < names[$1] }
        // With the slash sorted before all other bytes, the paths below a path directly follow it.
        for (first, second) in zip(order, order.dropFirst()) {
            if names[second].bytes == names[first].bytes { throw Self.clash(files[second].path, "is listed twice") }
            if names[second].isBelow(names[first]) { throw Self.clash(files[second].path, "lies below a path that is itself a file") }
        }
        var listing = HubListing(files: files, skipped: skipped)
        listing.separate(by: { $0 }, butFor: "in its Unicode form")
        if Set(listing.files.map { $0.path.description.lowercased() }).count < listing.files.count, ignoresCase() {
            listing.separate(by: { $0.lowercased() }, butFor: "in case, which the file system of this machine ignores")
        }
        return listing
    }

    private static func noList(_ cause: any Error) -> RoostError {
        RoostError(
            .hubFailure, "The Hub's file list does not follow the protocol. Check HF_ENDPOINT and the network; a login page may have answered.",
            cause: cause)
    }

    private static var tooLarge: RoostError {
        RoostError(.hubProtocolViolation, "The Hub's file list claims more than an exabyte of files; nothing was written. Check HF_ENDPOINT.")
    }

    package static var tooLong: RoostError {
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
    /// Removes each file whose name is equivalent to that of an earlier file.
    ///
    /// - Parameters:
    ///   - meaning: Returns the canonical form of a name. Texts that differ only in their Unicode form are equal, as in
    ///     Swift and on macOS.
    ///   - difference: The difference between such names, for users.
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

/// A path in a form for sorting.
private struct PathOrder {
    /// The Hub's spelling, with 0 for each slash.
    let bytes: [UInt8]
    /// The composed Unicode form.
    let composed: [UInt8]

    init(_ path: RepositoryFilePath) {
        let text = path.description
        bytes = Self.bytes(text)
        composed = text.utf8.allSatisfy { $0 < 0x80 } ? bytes : Self.bytes(text.precomposedStringWithCanonicalMapping)
    }

    private static func bytes(_ text: String) -> [UInt8] { text.utf8.map { $0 == UInt8(ascii: "/") ? 0 : $0 } }

    /// Whether this path is below the other, in any Unicode form.
    func isBelow(_ other: Self) -> Bool {
        composed.count > other.composed.count && composed.starts(with: other.composed) && composed[other.composed.count] == 0
    }

    static func < (first: Self, second: Self) -> Bool {
        first.composed == second.composed
            ? first.bytes.lexicographicallyPrecedes(second.bytes) : first.composed.lexicographicallyPrecedes(second.composed)
    }
}
