import RoostCore
import Synchronization
import SystemPackage

/// The room on the disk that pulls under way will still take, so that no two of them count on the same bytes.
///
/// What a file has reserved or written already is not free any more and counts no longer; a file that two pulls want counts once.
final class PlannedSpace: Sendable {
    private struct Plan {
        let file: RepositoryFile
        let revision: ResolvedRevision
        var pulls = 0
    }

    private let cache: HubCache
    private let plans = Mutex<[FilePath: Plan]>([:])

    init(cache: HubCache) { self.cache = cache }

    /// The room that pulls of other files will still take.
    func bytes(besides files: [RepositoryFile], in revision: ResolvedRevision) -> Int64 {
        plans.withLock { others($0, than: files, revision) }
    }

    /// Claims room for a pull, if there is as much.
    ///
    /// - Parameters:
    ///   - files: What will be fetched.
    ///   - revision: The snapshot it belongs to.
    ///   - usable: How many bytes may be written at all.
    /// - Returns: The claim; `nil` when the room does not suffice.
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

/// Room on the disk that one pull counts on, until it is released.
public struct SpaceClaim: Sendable {
    let onRelease: @Sendable () -> Void

    /// Gives up what the pull has not used; called once.
    public func release() { onRelease() }
}

extension HubCache {
    /// How many bytes the disk has yet to find room for before a file is here whole: those that are neither written nor reserved.
    func bytesToReserve(for file: RepositoryFile, in revision: ResolvedRevision) -> Int64 {
        guard !holds(file, in: revision) else { return 0 }
        let partial = partial(file.digest, of: revision.repository)
        let isReserved = file.size > PartialFile.largestWithoutJournal
        return max(0, file.size - (isReserved ? FileSystem.allocatedBytes(of: partial) : FileSystem.size(of: partial) ?? 0))
    }
}
