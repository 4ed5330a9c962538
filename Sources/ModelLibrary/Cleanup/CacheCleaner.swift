import DurableFiles
package import Foundation
package import HubClient
package import RoostAPI
package import RoostCore
package import SystemPackage

/// Removes unneeded files from the Hub cache, safely during running pulls and downloads of Python processes.
package struct CacheCleaner: Sendable {
    let cache: HubCache
    let receipts: ReceiptFolder
    /// Returns the reason to skip a repository now, if there is one, for example an unfinished pull.
    let reasonToKeep: @Sendable (RepositoryID) -> String?
    /// The snapshots whose files engines have loaded.
    let snapshotsInUse: Set<FilePath>
    let now: Date

    /// Creates a cleaner.
    ///
    /// - Parameters:
    ///   - cache: The cache.
    ///   - receipts: Roost's receipts of its pulls.
    ///   - snapshotsInUse: The snapshot folders whose files engines have loaded.
    ///   - now: The current time, for ages.
    ///   - reasonToKeep: Returns the reason to skip a repository, if there is one.
    package init(
        cache: HubCache, receipts: ReceiptFolder, snapshotsInUse: Set<FilePath> = [], now: Date = Date(),
        reasonToKeep: @escaping @Sendable (RepositoryID) -> String? = { _ in nil }
    ) {
        self.cache = cache
        self.receipts = receipts
        self.snapshotsInUse = snapshotsInUse
        self.now = now
        self.reasonToKeep = reasonToKeep
    }

    /// Removes blobs without links, files of old downloads, and on demand commits without a branch or tag.
    ///
    /// A repository that is being downloaded, or has an unfinished pull, is skipped completely.
    ///
    /// - Parameter options: The files to remove.
    /// - Returns: The removed files, and the kept files with the reasons.
    /// - Throws: `RoostError` with code `fileSystem`.
    package func collect(_ options: CollectOptions) throws -> CacheCleanup {
        var report = CacheCleanup(isDryRun: options.isDryRun)
        for repository in try cache.repositories() { try collect(in: repository, options, &report) }
        try collectRest(options, &report)
        return report
    }

    /// Does the part of `collect` that concerns one repository.
    func collect(in repository: CachedRepository, _ options: CollectOptions, _ report: inout CacheCleanup) throws {
        let isFetched = try cache.isBeingFetched(repository.id)
        if let reason = reasonToKeep(repository.id) ?? (isFetched ? "a process is downloading files of it" : nil) {
            report.kept.append(.init(path: cache.relative(repository.folder), reason: reason))
        } else {
            try collect(repository, options, &report)
        }
    }

    /// Does the part of `collect` that concerns no repository of the cache: content that several share, and converted models.
    func collectRest(_ options: CollectOptions, _ report: inout CacheCleanup) throws {
        try collectShared(options, &report)
        try collectConversions(options, &report)
    }

    private func collect(_ repository: CachedRepository, _ options: CollectOptions, _ report: inout CacheCleanup) throws {
        let refs = Set(try repository.refs().values)
        // If no branch or tag is known, no commit counts as superseded.
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
        // These files have no lock, so another process may be about to rename one.
        try removeTemporaries(of: repository, olderThan: max(options.minimumAge, options.settling), &report)
    }

    private func isInUse(_ repository: CachedRepository) -> (CommitHash) -> Bool { { snapshotsInUse.contains(repository.snapshot($0)) } }

    /// Removes blobs, or only reports them in a dry run.
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

    /// Removes the files of unfinished downloads, each under its lock, so that no process is writing it.
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
                // Another process may have continued the file and released the lock since the first check.
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

    /// Removes temporary files that killed processes would have renamed or deleted.
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

    /// The seconds since the last write to a file; for a link, since its own creation.
    private func age(of path: FilePath) throws -> TimeInterval {
        // The file no longer exists, so it needs no further waiting.
        guard let stat = try? path.stat(followTargetSymlink: false) else { return .infinity }
        return now.timeIntervalSince(stat.modified)
    }
}

extension CachedRepository {
    /// The files and folders whose names mark unfinished work: Roost's, and those of Python's that have no lock.
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
