import DurableFiles
import RoostCore
import Synchronization
import SystemPackage

/// The disk space that pulls in progress still need, so that no two of them count on the same bytes.
///
/// Bytes that a file has reserved or written are no longer free and do not count. A file that two pulls need counts
/// once.
final class PlannedSpace: Sendable {
    private struct Plan {
        let file: RepositoryFile
        let revision: ResolvedRevision
        var pulls = 0
    }

    private let cache: HubCache
    private let plans = Mutex<[FilePath: Plan]>([:])

    init(cache: HubCache) { self.cache = cache }

    /// The disk space that pulls of other files still need.
    func bytes(besides files: [RepositoryFile], in revision: ResolvedRevision) -> Int64 {
        plans.withLock { others($0, than: files, revision) }
    }

    /// Reserves disk space for a pull, if there is enough.
    ///
    /// - Parameters:
    ///   - files: The files to download.
    ///   - revision: The revision of the snapshot.
    ///   - usable: The number of bytes that may be written in total.
    /// - Returns: The claim; `nil` if there is not enough space.
    func claim(_ files: [RepositoryFile], in revision: ResolvedRevision, usable: Int64) -> SpaceClaim? {
        plans.withLock { plans in
            let needed = files.reduce(0) { $0 + cache.bytesToReserve(for: $1, in: revision) }
            guard needed == 0 || needed <= usable - others(plans, than: files, revision) else { return nil }
            let paths = files.map { cache.partial($0.digest, of: revision.repository) }
            for (path, file) in zip(paths, files) { plans[path, default: Plan(file: file, revision: revision)].pulls += 1 }
            return SpaceClaim { self.release(paths) }
        }
    }

    private func others(_ plans: [FilePath: Plan], than files: [RepositoryFile], _ revision: ResolvedRevision) -> Int64 {
        let own = Set(files.map { cache.partial($0.digest, of: revision.repository) })
        return plans.reduce(0) { own.contains($1.key) ? $0 : $0 + cache.bytesToReserve(for: $1.value.file, in: $1.value.revision) }
    }

    private func release(_ paths: [FilePath]) {
        plans.withLock { plans in
            for path in paths {
                plans[path]?.pulls -= 1
                if plans[path]?.pulls == 0 { plans[path] = nil }
            }
        }
    }
}

/// Disk space that is reserved for one pull until it is released.
public struct SpaceClaim: Sendable {
    let onRelease: @Sendable () -> Void

    /// Releases the unused space of the pull; called once.
    public func release() { onRelease() }
}

extension HubCache {
    /// The bytes of a file that are neither written nor reserved on the disk yet.
    func bytesToReserve(for file: RepositoryFile, in revision: ResolvedRevision) -> Int64 {
        guard !holds(file, in: revision) else { return 0 }
        let partial = partial(file.digest, of: revision.repository)
        let isReserved = file.size > PartialFile.largestWithoutJournal
        return max(0, file.size - (isReserved ? FileSystem.allocatedBytes(of: partial) : FileSystem.size(of: partial) ?? 0))
    }
}
