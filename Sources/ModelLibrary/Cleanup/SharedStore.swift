import DurableFiles
import Foundation
import HubClient
import RoostCore
import SystemPackage

/// The store at the top of the cache in which newer versions of `huggingface_hub` keep content that several
/// repositories share. The blob of a repository is then a link into the store, and a file of a snapshot is a link to
/// that link.
///
///     <root>/blobs/.huggingface-shared-blobs       `1\n`
///     <root>/blobs/ab/ab…64 hex                    content
///     <root>/blobs/ab/ab….lock                     flock
///     <root>/blobs/ab/ab….refs                     the blobs that link to it, one a line; written before the link
struct SharedStore: Sendable {
    let cache: HubCache

    private var folder: FilePath { cache.root.appending("blobs") }

    /// Whether the store has the layout that Roost supports. Any other store is not changed.
    var isKnown: Bool {
        FileManager.default.contents(atPath: folder.appending(".huggingface-shared-blobs").string).map { $0 == Data("1\n".utf8) } ?? false
    }

    /// All content in the store.
    func payloads() throws -> [FilePath] {
        guard isKnown else { return [] }
        return try FileSystem.names(in: folder).filter { $0.utf8.count == 2 && $0.isLowercaseHex }.flatMap { prefix in
            try FileSystem.names(in: folder.appending(prefix)).filter { isName($0, in: prefix) }.map { folder.appending(prefix).appending($0) }
        }.filter(isRegular)
    }

    /// The content that a repository's blob links to, if it is a link.
    func payload(of blob: FilePath) -> FilePath? {
        guard isKnown, let target = try? FileManager.default.destinationOfSymbolicLink(atPath: blob.string) else { return nil }
        let path = blob.removingLastComponent().pushing(FilePath(target)).lexicallyNormalized()
        guard let name = path.lastComponent?.string, let prefix = path.removingLastComponent().lastComponent?.string,
            path == folder.appending(prefix).appending(name).lexicallyNormalized(), isName(name, in: prefix)
        else { return nil }
        return path
    }

    /// Whether certainly nothing links to a content. If the list of links is missing or cannot be read, this is not
    /// certain.
    ///
    /// - Parameters:
    ///   - payload: The content.
    ///   - gone: Blobs that count as removed.
    /// - Returns: Whether it is certain.
    func isUnreferenced(_ payload: FilePath, without gone: Set<FilePath> = []) -> Bool {
        let list = FilePath(payload.string + ".refs")
        guard isRegular(list), let text = FileManager.default.contents(atPath: list.string), let lines = String(validating: text, as: UTF8.self)
        else {
            return false
        }
        return !lines.split(separator: "\n").contains { line in
            guard let path = try? RepositoryFilePath(parsing: String(line)), path.segments.count == 3, path.segments[1] == "blobs" else {
                return false
            }
            let blob = cache.root.pushing(FilePath(path.description))
            return !gone.contains(blob) && self.payload(of: blob)?.lastComponent == payload.lastComponent
        }
    }

    /// Removes content without links, while holding the lock that Python acquires before it links.
    ///
    /// - Returns: The size in bytes; `nil` if it was kept.
    /// - Throws: `RoostError` with code `fileSystem`.
    func sweep(_ payload: FilePath) throws -> Int64? {
        try cache.withLockIfFree(at: FilePath(payload.string + ".lock")) {
            guard isUnreferenced(payload), let stat = try? payload.stat(followTargetSymlink: false) else { return nil }
            try FileSystem.remove(payload)
            try FileSystem.remove(FilePath(payload.string + ".refs"))
            return stat.sizeAllocated
        } ?? nil
    }

    private func isName(_ name: String, in prefix: String) -> Bool { name.utf8.count == 64 && name.isLowercaseHex && name.hasPrefix(prefix) }

    private func isRegular(_ path: FilePath) -> Bool { (try? path.stat(followTargetSymlink: false))?.type == .regular }
}
