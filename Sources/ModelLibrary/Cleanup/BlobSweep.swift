import DurableFiles
import Foundation
import HubClient
import RoostAPI
import RoostCore
import SystemPackage

/// Removes blobs that no snapshot links to, while other processes download.
///
/// Python checks whether a blob exists, and only then waits for its lock and links to it. So a blob without links is
/// not deleted at once, but set aside under its lock. Then all links are read again, and a blob that has received a
/// link is put back.
struct BlobSweep {
    let repository: CachedRepository
    private var setAside: [(name: String, path: FilePath)] = []

    init(_ repository: CachedRepository) { self.repository = repository }

    /// Sets a blob aside unless another process is using it.
    ///
    /// - Parameter name: The blob's name.
    /// - Returns: Whether it was set aside.
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

    /// Deletes the blobs that were set aside, or puts them back if a link has appeared.
    ///
    /// - Parameter report: The report, which receives the removed and the kept files.
    /// - Throws: `RoostError` with code `fileSystem`.
    mutating func finish(_ report: inout CacheCleanup) throws {
        guard !setAside.isEmpty else { return }
        let cache = repository.cache
        let store = SharedStore(cache: cache)
        let wanted = try repository.referencedBlobs()
        for (name, path) in setAside {
            let blob = repository.blobs.appending(name)
            guard !wanted.contains(name) else {
                // The process that created the link may have downloaded the blob again; then that copy is kept.
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

    /// A name that Roost's and Python's clean-up recognize as an unfinished file, in case this process ends now.
    static func nameAside(_ name: String) -> String { "\(name).\(String(UInt32.random(in: .min ... .max), radix: 16)).aside.roost.incomplete" }
}
