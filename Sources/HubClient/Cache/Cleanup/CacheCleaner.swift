public import Foundation
public import RoostCore
public import SystemPackage

/// Removes from the Hub cache what nobody needs, and nothing else: beside running pulls, and beside Python processes that download.
public struct CacheCleaner: Sendable {
    let cache: HubCache
    let receipts: ReceiptFolder
    /// Why a repository is to be left alone now, if it is: a pull that is not finished, say.
    let reasonToKeep: @Sendable (RepositoryID) -> String?
    /// Snapshots that engines have their files from.
    let snapshotsInUse: Set<FilePath>
    let now: Date

    /// Makes a cleaner.
    ///
    /// - Parameters:
    ///   - cache: The cache.
    ///   - receipts: What Roost noted about it.
    ///   - snapshotsInUse: Snapshot folders that engines have their files from.
    ///   - now: What ages are measured against.
    ///   - reasonToKeep: Why a repository is to be left alone, if it is.
    public init(
        cache: HubCache, receipts: ReceiptFolder, snapshotsInUse: Set<FilePath> = [], now: Date = Date(),
        reasonToKeep: @escaping @Sendable (RepositoryID) -> String? = { _ in nil }
    ) {
        self.cache = cache
        self.receipts = receipts
        self.snapshotsInUse = snapshotsInUse
        self.now = now
        self.reasonToKeep = reasonToKeep
    }

    /// Removes blobs without links, what old downloads left, and on demand commits that nothing names.
    ///
    /// A repository that somebody fetches, or will go on fetching, is left alone as a whole.
    ///
    /// - Parameter options: What may go.
    /// - Returns: What went, what stays, and why.
    /// - Throws: `RoostError` with code `fileSystem`.
    public func collect(_ options: CollectOptions) throws -> CacheCleanup {
        var report = CacheCleanup(isDryRun: options.isDryRun)
        for repository in try cache.repositories() {
            let isFetched = try cache.isBeingFetched(repository.id)
            if let reason = reasonToKeep(repository.id) ?? (isFetched ? "a process is downloading files of it" : nil) {
                report.kept.append(.init(path: cache.relative(repository.folder), reason: reason))
            } else {
                try collect(repository, options, &report)
            }
        }
        try collectShared(options, &report)
        try collectConversions(options, &report)
        return report
    }

    private func collect(_ repository: CachedRepository, _ options: CollectOptions, _ report: inout CacheCleanup) throws {
        let refs = Set(try repository.refs().values)
        // Where no branch or tag is known, nothing supersedes anything.
        let superseded = try options.includesRevisions && !refs.isEmpty ? repository.commits().filter { !refs.contains($0) } : []
        let (kept, gone) = (superseded.filter(isInUse(repository)), superseded.filter { !isInUse(repository)($0) })
        for commit in kept {
            report.kept.append(.init(path: cache.relative(repository.snapshot(commit)), reason: "an engine uses it"))
        }
        let before = try repository.referencedBlobs()
        for commit in gone { try remove(commit, of: repository, &report) }
        let wanted = try repository.referencedBlobs(except: options.isDryRun ? Set(gone) : [])
        let unwanted = try repository.blobNames().filter { name in
            guard !wanted.contains(name), ContentDigest(hex: name) != nil else { return false }
            return try before.contains(name) || age(of: repository.blobs.appending(name)) >= options.settling
        }
        try sweep(unwanted, of: repository, &report)
        try removePartials(of: repository, olderThan: options.minimumAge, &report)
        // No lock tells whether somebody is about to rename one.
        try removeTemporaries(of: repository, olderThan: max(options.minimumAge, options.settling), &report)
    }

    private func isInUse(_ repository: CachedRepository) -> (CommitHash) -> Bool { { snapshotsInUse.contains(repository.snapshot($0)) } }

    /// Removes blobs, or says that it would.
    func sweep(_ names: [String], of repository: CachedRepository, _ report: inout CacheCleanup) throws {
        if report.isDryRun {
            let store = SharedStore(cache: cache)
            let gone = Set(names.map { repository.blobs.appending($0) })
            for name in names {
                let blob = repository.blobs.appending(name)
                report.note(.blob, cache.relative(blob), bytes: (try? blob.stat(followTargetSymlink: false))?.sizeAllocated ?? 0)
                guard let payload = store.payload(of: blob), store.isUnreferenced(payload, without: gone) else { continue }
                report.note(.sharedBlob, cache.relative(payload), bytes: (try? payload.stat())?.sizeAllocated ?? 0)
            }
            return
        }
        var sweep = BlobSweep(repository)
        for name in names where try !sweep.setAside(name) {
            report.kept.append(.init(path: cache.relative(repository.blobs.appending(name)), reason: "a process is at work on it"))
        }
        try sweep.finish(&report)
    }

    /// Removes what unfinished downloads left, each under its lock, so that nobody is writing it.
    func removePartials(of repository: CachedRepository, olderThan minimumAge: TimeInterval, _ report: inout CacheCleanup) throws {
        for partial in try repository.partials() where now.timeIntervalSince(partial.modified) >= minimumAge {
            let path = cache.relative(partial.path)
            if report.isDryRun {
                if try cache.isLocked(blob: partial.blobName, of: repository.id) {
                    report.kept.append(.init(path: path, reason: "a process is at work on it"))
                } else {
                    report.note(.partial, path, bytes: partial.bytes)
                }
                continue
            }
            let removed: Bool? = try cache.withLockIfFree(blob: partial.blobName, of: repository.id) {
                // Somebody may have gone on with it, and let go of it again, since it was looked at.
                guard let again = PartialBlob(partial.path), now.timeIntervalSince(again.modified) >= minimumAge else { return false }
                try FileSystem.remove(partial.path)
                return true
            }
            switch removed {
            case true?: report.note(.partial, path, bytes: partial.bytes)
            case false?: report.kept.append(.init(path: path, reason: "it has just been written to"))
            case nil: report.kept.append(.init(path: path, reason: "a process is at work on it"))
            }
        }
    }

    /// Removes what processes that were killed would have renamed or deleted a moment later.
    private func removeTemporaries(of repository: CachedRepository, olderThan minimumAge: TimeInterval, _ report: inout CacheCleanup) throws {
        for path in try repository.temporaries() where try age(of: path) >= minimumAge {
            let bytes = (try? path.stat(followTargetSymlink: false))?.sizeAllocated ?? 0
            if !report.isDryRun { try FileSystem.removeTree(path) }
            report.note(.temporary, cache.relative(path), bytes: bytes)
        }
    }

    private func collectShared(_ options: CollectOptions, _ report: inout CacheCleanup) throws {
        let store = SharedStore(cache: cache)
        let noted = Set(report.removed.map(\.path))
        for payload in try store.payloads() where try store.isUnreferenced(payload) && age(of: payload) >= options.settling {
            let path = cache.relative(payload)
            if options.isDryRun {
                if !noted.contains(path) { report.note(.sharedBlob, path, bytes: (try? payload.stat())?.sizeAllocated ?? 0) }
            } else if let bytes = try store.sweep(payload) {
                report.note(.sharedBlob, path, bytes: bytes)
            }
        }
    }

    /// Seconds since a file was last written to; a link counts as old as itself.
    private func age(of path: FilePath) throws -> TimeInterval {
        // Gone already: nothing has to be waited for.
        guard let stat = try? path.stat(followTargetSymlink: false) else { return .infinity }
        return now.timeIntervalSince(stat.modified)
    }
}

extension CachedRepository {
    /// Files and folders with names that only unfinished work has: ours, and those of Python's that no lock guards.
    fileprivate func temporaries() throws -> [FilePath] {
        func matching(_ folder: FilePath, _ isTemporary: (String) -> Bool) throws -> [FilePath] {
            try FileSystem.names(in: folder).filter(isTemporary).map { folder.appending($0) }
        }
        let isOurs: (String) -> Bool = { $0.hasPrefix(".roost-") && $0.hasSuffix(".tmp") }
        let isSharedLink: (String) -> Bool = { $0.hasPrefix(".") && $0.hasSuffix(".shared") }
        let isRef: (String) -> Bool = { $0.wholeMatch(of: /.+\.[0-9a-f]{8}\.tmp/) != nil }
        return try matching(folder, isOurs) + matching(blobs) { isOurs($0) || isSharedLink($0) } + matching(folder.appending("refs"), isRef)
    }
}
