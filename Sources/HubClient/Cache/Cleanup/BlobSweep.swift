import Foundation
import RoostCore
import SystemPackage

/// Removes blobs that no snapshot links to, beside processes that download.
///
/// Python looks whether a blob is there, and only then waits for its lock and links to it. So a blob is not deleted when it is found without
/// links, but set aside under its lock; then all links are read again, and what has got one meanwhile is put back.
struct BlobSweep {
    let repository: CachedRepository
    private var setAside: [(name: String, path: FilePath)] = []

    init(_ repository: CachedRepository) { self.repository = repository }

    /// Sets a blob aside unless somebody is at work on it.
    ///
    /// - Parameter name: The blob's name.
    /// - Returns: Whether it was.
    /// - Throws: `RoostError` with code `fileSystem`.
    mutating func setAside(_ name: String) throws -> Bool {
        let path = repository.blobs.appending(Self.nameAside(name))
        let moved: Void? = try repository.cache.withLockIfFree(blob: name, of: repository.id) {
            try FileSystem.move(repository.blobs.appending(name), to: path)
        }
        guard moved != nil else { return false }
        setAside.append((name, path))
        return true
    }

    /// Deletes what was set aside, or puts it back where a link has appeared.
    ///
    /// - Parameter report: Is told what was removed and what stays.
    /// - Throws: `RoostError` with code `fileSystem`.
    mutating func finish(_ report: inout CacheCleanup) throws {
        guard !setAside.isEmpty else { return }
        let cache = repository.cache
        let store = SharedStore(cache: cache)
        let wanted = try repository.referencedBlobs()
        for (name, path) in setAside {
            let blob = repository.blobs.appending(name)
            guard !wanted.contains(name) else {
                // Whoever linked to it may have fetched it anew; then theirs is the one that counts.
                if FileSystem.size(of: blob) == nil { try FileSystem.move(path, to: blob) } else { try FileSystem.remove(path) }
                report.kept.append(.init(path: cache.relative(blob), reason: "a snapshot has just begun to use it"))
                continue
            }
            let payload = store.payload(of: path)
            let bytes = (try? path.stat(followTargetSymlink: false))?.sizeAllocated ?? 0
            try FileSystem.remove(path)
            report.note(.blob, cache.relative(blob), bytes: bytes)
            if let payload, let bytes = try store.sweep(payload) { report.note(.sharedBlob, cache.relative(payload), bytes: bytes) }
        }
        setAside = []
    }

    /// A name that our own clean-up takes for an unfinished file, should this process end now, and so does Python's.
    static func nameAside(_ name: String) -> String { "\(name).\(String(UInt32.random(in: .min ... .max), radix: 16)).aside.roost.incomplete" }
}
