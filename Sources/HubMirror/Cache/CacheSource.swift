import Foundation
import HTTPServing
import HubClient
import Logging
import RoostCore
import ServiceLifecycle
import SystemPackage

/// The Hub cache of this machine and, unless the client is offline, the upstream, whose files are fetched on request.
struct CacheSource: MirrorSource {
    let hub: HubClient
    let cacheDirectory: FilePath
    /// Whether only files in the cache are served.
    let isOffline: Bool
    let digests: DigestStore
    let memory: SnapshotMemory
    /// Several clients that request the same list share one read.
    let reading = OneAtATime<RevisionKey>()
    let arrivals: MirrorArrivals
    let time: TimeSource
    /// The most time for the upstream to resolve a name when the cache has an answer too.
    let patience: Duration
    let logger: Logger

    /// Creates a source, and the service that fetches its files.
    ///
    /// - Parameters:
    ///   - configuration: The cache, and the upstream unless the configuration is offline.
    ///   - indexDirectory: The folder for the digests of files between runs.
    ///   - patience: The most time for the upstream to resolve a name when the cache has an answer too.
    ///   - logger: The logger.
    /// - Returns: The source and the service.
    static func make(
        _ configuration: HubConfiguration, indexDirectory: FilePath?, patience: Duration, logger: Logger
    ) -> (source: CacheSource, service: any Service) {
        let hub = HubClient(configuration: configuration, logger: logger)
        let digests = DigestStore(of: MirrorDirectory(configuration.cacheDirectory), in: indexDirectory, logger: logger)
        let fetcher = CacheFetcher(hub: hub, isOffline: configuration.isOffline, digests: digests, logger: logger)
        let arrivals = MirrorArrivals(bring: fetcher.bring) { try await hub.shutdown() }
        let source = CacheSource(
            hub: hub, cacheDirectory: configuration.cacheDirectory, isOffline: configuration.isOffline, digests: digests,
            memory: SnapshotMemory(), arrivals: arrivals, time: TimeSource(), patience: patience, logger: logger)
        return (source, arrivals)
    }

    func snapshot(of id: RepositoryID, at revision: String) async throws -> MirrorSnapshot? {
        guard let (resolved, warning) = try await resolve(revision, of: id) else { return nil }
        var snapshot = try await listing(resolved)
        if isOffline {
            let held = try await held(snapshot.files, resolved)
            guard !held.isEmpty else { return nil }
            snapshot = snapshot.keeping(held)
        }
        snapshot.warning = warning
        return snapshot
    }

    func file(_ path: String, of id: RepositoryID, at revision: String, withContent: Bool) async throws -> FoundFile? {
        if let commit = CommitHash(hex: revision) {
            // A commit never changes, so the upstream need not be asked.
            try await refuseAbsent(path, ResolvedRevision(repository: id, revision: revision, commit: commit))
        }
        guard let (resolved, warning) = try await resolve(revision, of: id) else { return nil }
        try await refuseAbsent(path, resolved)
        var snapshot = try await listing(resolved)
        snapshot.warning = warning
        guard let file = snapshot[path] else {
            // Without a list, a snapshot contains only some files of the commit.
            guard !isOffline || hub.hasList(of: resolved) else { throw MirrorError.entryNotHere }
            throw MirrorError.entryNotFound(commit: snapshot.commit)
        }
        guard !isOffline || isHere(file, resolved) else { throw MirrorError.entryNotHere }
        var found = FoundFile(snapshot: snapshot, file: file)
        guard withContent, file.size > 0 else { return found }
        found.mustRestart = arrivals.isDamaged(file.listed, of: id)
        if let held = hub.heldFile(file.listed, in: resolved), let open = await verified(held, file) {
            found.content = .whole(open)
        } else {
            // A client that has gone must not have the file hashed again.
            try Task.checkCancellation()
            found.content = .arriving(try arrivals.arrival(of: file.listed, in: resolved))
        }
        return found
    }

    /// Throws for a file that is recorded as absent, unless a list contains it.
    private func refuseAbsent(_ path: String, _ revision: ResolvedRevision) async throws {
        guard let safe = try? RepositoryFilePath(parsing: path), hub.isNotedAbsent(safe, in: revision), try await kept(revision) == nil else {
            return
        }
        throw MirrorError.entryNotFound(commit: revision.commit.description)
    }

    /// Returns whether the content of a file is in the cache. Empty files always count, because clients never request
    /// them.
    private func isHere(_ file: MirrorFile, _ revision: ResolvedRevision) -> Bool {
        file.size == 0 || hub.heldFile(file.listed, in: revision) != nil
    }

    /// Returns the files whose content is in the cache; reads the disk for each.
    private func held(_ files: [MirrorFile], _ revision: ResolvedRevision) async throws -> [MirrorFile] {
        var held: [MirrorFile] = []
        for start in stride(from: 0, to: files.count, by: 1000) {
            held += try await WorkThreads.run { files[start..<min(start + 1000, files.count)].filter { isHere($0, revision) } }
        }
        return held
    }

    func references(of id: RepositoryID) async throws -> [RepositoryReference]? {
        if !isOffline {
            do {
                return try await hub.references(of: id)
            } catch let error as RoostError where error.code == .repositoryNotFound {
                return nil
            } catch let error as RoostError where !error.isTransient {
                throw MirrorError(upstream: error)
            } catch is RoostError {
                // When the upstream cannot be reached, the names requested earlier are the answer.
            }
        }
        return knownReferences(of: id)
    }

    func mayRead(_ id: RepositoryID) async throws -> Bool? {
        let isHere = FileManager.default.fileExists(atPath: snapshots(of: id).string)
        if isOffline { return isHere ? true : nil }
        do {
            return try await hub.mayRead(id)
        } catch let error as RoostError where error.isTransient && isHere {
            return true
        } catch let error as RoostError {
            throw MirrorError(upstream: error)
        }
    }

    // MARK: Revisions

    private func resolve(_ name: String, of id: RepositoryID) async throws -> (ResolvedRevision, warning: String?)? {
        let known = self.known(name, of: id)
        if isOffline {
            if let known { return (known, nil) }
            guard FileManager.default.fileExists(atPath: snapshots(of: id).string) else { return nil }
            throw MirrorError.revisionNotFound(name)
        }
        // A commit never changes: with its list in the cache the upstream need not be asked.
        if let known, known.commit.description == name, try await kept(known) != nil { return (known, nil) }
        do {
            return (try await ask(name, of: id, isUrgent: known != nil), nil)
        } catch let error as RoostError {
            if error.code == .repositoryNotFound { return nil }
            guard error.isTransient, let known, try await kept(known) != nil else { throw MirrorError(upstream: error) }
            logger.warning("The upstream cannot be reached; the cache is used.", metadata: ["repository": "\(id)", "error": "\(error)"])
            return (known, "mirror; The upstream of this mirror cannot be reached; this answer comes from its cache.")
        }
    }

    private func ask(_ name: String, of id: RepositoryID, isUrgent: Bool) async throws -> ResolvedRevision {
        guard isUrgent else { return try await hub.resolve(id, revision: name) }
        return try await withThrowingTaskGroup(of: ResolvedRevision?.self) { group in
            group.addTask { try await hub.resolve(id, revision: name) }
            group.addTask { [time] in
                try await time.sleep(patience)
                return nil
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next(), let resolved = answer else {
                throw RoostError(.network, "The upstream did not resolve \(name.quotedForPeople) within \(patience).")
            }
            return resolved
        }
    }

    /// Returns the cache's meaning of a name: a recorded revision, or a commit with at least seven of its digits.
    private func known(_ name: String, of id: RepositoryID) -> ResolvedRevision? {
        if let known = try? hub.knownRevision(name, of: id) { return known }
        guard (7..<40).contains(name.utf8.count), name.isLowercaseHex else { return nil }
        let commits = (try? FileManager.default.contentsOfDirectory(atPath: snapshots(of: id).string))?.filter { $0.hasPrefix(name) } ?? []
        guard commits.count == 1, let commit = CommitHash(hex: commits[0]) else { return nil }
        return ResolvedRevision(repository: id, revision: name, commit: commit)
    }

    private func knownReferences(of id: RepositoryID) -> [RepositoryReference]? {
        let folder = snapshots(of: id).removingLastComponent().appending("refs")
        guard let names = FileManager.default.enumerator(atPath: folder.string) else { return nil }
        return names.compactMap { $0 as? String }.sorted().compactMap { name in
            guard let commit = try? hub.knownRevision(name, of: id).commit.description else { return nil }
            // The cache does not record whether a name is a branch or a tag.
            return name.hasPrefix("refs/pr/")
                ? RepositoryReference(kind: .pullRequest, name: name, ref: name, targetCommit: commit)
                : RepositoryReference(kind: .branch, name: name, ref: "refs/heads/\(name)", targetCommit: commit)
        }
    }

    // MARK: Lists

    /// Returns the complete list of a commit's files.
    private func listing(_ revision: ResolvedRevision) async throws -> MirrorSnapshot {
        if let kept = try await kept(revision) {
            await note(revision, files: nil)
            return kept
        }
        return try await reading.alone(with: RevisionKey(revision)) {
            // Another client may have caused the same read meanwhile.
            if let known = await memory[revision] { return known }
            do {
                let listing = try await hub.listing(of: revision)
                // Without its own list, a snapshot contains only some files of the commit. An incomplete list is not
                // recorded.
                if !isOffline { await note(revision, files: listing.skipped.isEmpty ? listing.files : nil) }
                return try await remember(listing.files, of: revision, isComplete: !isOffline)
            } catch let error as RoostError {
                throw MirrorError(upstream: error)
            }
        }
    }

    /// Returns the list of a commit, if it is in the cache.
    private func kept(_ revision: ResolvedRevision) async throws -> MirrorSnapshot? {
        if let known = await memory[revision] { return known }
        return try await reading.alone(with: RevisionKey(revision)) {
            if let known = await memory[revision] { return known }
            guard let files = try await WorkThreads.run({ try hub.listedFiles(in: revision) }) else { return nil }
            return try await remember(files, of: revision, isComplete: true)
        }
    }

    private func remember(_ files: [RepositoryFile], of revision: ResolvedRevision, isComplete: Bool) async throws -> MirrorSnapshot {
        let snapshot = try await WorkThreads.run {
            MirrorSnapshot(
                id: revision.repository, commit: revision.commit, files: files.map(MirrorFile.init), lastModified: modificationDate(of: revision))
        }
        if isComplete { await memory.remember(snapshot, as: revision) }
        return snapshot
    }

    /// Records the upstream's answer, for times when it cannot be reached.
    private func note(_ revision: ResolvedRevision, files: [RepositoryFile]?) async {
        guard !isOffline, files != nil || revision.revision != revision.commit.description else { return }
        do {
            try await FileThreads.run { try hub.recordRevision(revision, files: files) }
        } catch is CancellationError {
            // The client has gone; the next one's answer is noted.
        } catch {
            logger.warning("What a revision means cannot be noted.", metadata: ["repository": "\(revision.repository)", "error": "\(error)"])
        }
    }

    private func modificationDate(of revision: ResolvedRevision) -> Date {
        let attributes = try? FileManager.default.attributesOfItem(atPath: hub.snapshotDirectory(of: revision).string)
        return attributes?[.modificationDate] as? Date ?? Date(timeIntervalSince1970: 0)
    }

    private func snapshots(of id: RepositoryID) -> FilePath { cacheDirectory.appending(id.cacheFolderName).appending("snapshots") }

    private func verified(_ path: FilePath, _ file: MirrorFile) async -> OpenFile? {
        guard let location = path.resolvingLinks(), let open = try? await OpenFile.open(location), open.stamp.size == file.size,
            await digests.digest(at: location, open.stamp) == file.digest
        else { return nil }
        return open
    }
}
