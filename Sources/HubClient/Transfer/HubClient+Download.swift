import AsyncHTTPClient
import Logging
import NIOCore
public import RoostCore
public import SystemPackage

extension HubClient {
    /// Fetches files into the cache, verifies them, and links them into their snapshot: small ones several at a time, large ones in several streams.
    ///
    /// Bytes of an earlier attempt are continued. A failed or cancelled attempt keeps its bytes, unless they are wrong. Another process that
    /// fetches the same file is waited for. A file that is there already is hashed, whoever put it there: a damaged one is fetched again.
    ///
    /// - Parameters:
    ///   - files: The files as the listing promised them.
    ///   - revision: The pinned revision.
    ///   - observer: Hears how it goes.
    ///   - limiter: Holds this download back, beside what holds all of them back; `nil` for nothing more.
    /// - Throws: As for one file.
    @concurrent
    public func download(
        _ files: [RepositoryFile], in revision: ResolvedRevision, observer: DownloadObserver, limiter: BandwidthLimiter? = nil
    ) async throws {
        let limits = DownloadLimits(limiters: [bandwidth] + [limiter].compactMap(\.self))
        let small = files.filter { $0.size < Self.largeFile }
        let large = files.filter { $0.size >= Self.largeFile }
        let job = DownloadJob(revision: revision, observer: observer, limits: limits)
        try await disk.run { [cache] in try FileSystem.makeFolder(cache.blobsFolder(revision.repository)) }
        try await fetch(small, job)
        try await withThrowingTaskGroup(of: Void.self) { finishing in
            for file in large {
                _ = try await complete(file, job)
                try await finishing.next()
                finishing.addTask { try await self.finish([file], [], job) }
            }
            try await finishing.waitForAll()
        }
    }

    /// Fetches one file.
    ///
    /// - Parameters:
    ///   - file: The file as the listing promised it.
    ///   - revision: The pinned revision.
    ///   - onProgress: Gets the number of the file's bytes that are here: at the start, after every write, at the end.
    /// - Returns: The file's path in the snapshot.
    /// - Throws: `RoostError` with code `network`, `hubFailure`, `rateLimited` (with `retryAfter`), `digestMismatch`, `sizeMismatch`,
    ///   `entryNotFound`, `repositoryNotFound`, `gatedRepository`, `accessDenied`, `hubProtocolViolation`, `insufficientSpace` or `fileSystem`;
    ///   `CancellationError`.
    @concurrent
    public func download(
        _ file: RepositoryFile, in revision: ResolvedRevision, onProgress: @escaping @Sendable (Int64) -> Void
    ) async throws -> FilePath {
        try await download([file], in: revision, observer: DownloadObserver(onProgress: { _, bytes in onProgress(bytes) }))
        return cache.snapshotPath(of: file, in: revision)
    }

    /// From this size a file is worth several streams.
    private static let largeFile: Int64 = 32 << 20
    /// The most streams at a time.
    private static let mostStreams = 8
    private static let batch = 64
    /// A batch ends early when so much of it is in memory.
    private static let batchBytes = 4 << 20

    private enum SmallFileEvent: Sendable {
        /// A file and the lane it came in, with its content where it is not written yet.
        case fetched(RepositoryFile, Int, FetchedFile?)
        case finished
    }

    /// Fetches files, so many at a time. Those that are here are flushed and named, a batch at a time, while the next ones come.
    private func fetch(_ files: [RepositoryFile], _ job: DownloadJob) async throws {
        try await withThrowingTaskGroup(of: SmallFileEvent.self) { group in
            var waiting = files[...]
            var fetched: [RepositoryFile] = []
            var unwritten: [FetchedFile] = []
            var underWay = 0
            let loops = HTTPClient.defaultEventLoopGroup.makeIterator().map(EventLoopTasks.init)
            func launch(_ lane: Int) {
                guard let file = waiting.popFirst() else { return }
                underWay += 1
                // Larger ones are hashed and locked, which has no place on an event loop.
                let loop = file.size <= SmallFileTransfer.largest ? loops[lane % loops.count] : nil
                group.addTask(executorPreference: loop) { .fetched(file, lane, try await self.complete(file, job)) }
            }
            for lane in 0..<Self.mostStreams { launch(lane) }
            do {
                while let event = try await group.next() {
                    guard case .fetched(let file, let lane, let content) = event else { continue }
                    underWay -= 1
                    fetched.append(file)
                    unwritten += [content].compactMap(\.self)
                    launch(lane)
                    guard fetched.count == Self.batch || underWay == 0 || unwritten.reduce(0, { $0 + $1.content.count }) >= Self.batchBytes else {
                        continue
                    }
                    group.addTask { [fetched, unwritten] in
                        try await self.finish(fetched, unwritten, job)
                        return .finished
                    }
                    (fetched, unwritten) = ([], [])
                }
            } catch {
                // What arrived stays for the next attempt. The failure that ended this one is the one to tell.
                group.cancelAll()
                while let result = await group.nextResult() {
                    if case .success(.fetched(_, _, let content?)) = result { unwritten.append(content) }
                }
                try? await FetchedFile.install(unwritten, in: cache, job.revision, disk)
                throw error
            }
        }
    }

    /// Writes the small files of a batch, gives them their names, and makes all names safe: the job's row will survive a power cut, and what it speaks of must, too.
    private func finish(_ files: [RepositoryFile], _ unwritten: [FetchedFile], _ job: DownloadJob) async throws {
        let revision = job.revision
        try await FetchedFile.install(unwritten, in: cache, revision, disk)
        let folders = Set(files.map { cache.snapshotPath(of: $0, in: revision).removingLastComponent() } + [cache.blobsFolder(revision.repository)])
        try await disk.runToTheEnd { for folder in folders { try FileSystem.flushFolder(folder) } }
        for file in files { job.observer.onProgress(file, file.size) }
        await job.observer.onVerified(files)
    }

    /// - Returns: A file that is yet to be written; `nil` for one that has its name.
    private func complete(_ file: RepositoryFile, _ job: DownloadJob) async throws -> FetchedFile? {
        // What is there and right is only read: that takes no lock, and no right to write.
        if try await isIntact(cache.snapshotPath(of: file, in: job.revision), file) { return nil }
        // Who writes a small file writes all of it under a name of its own: two at a time do no harm, and a lock would cost as much as the file.
        // One that is there is only linked, which a clean-up must not see half done.
        let isSmall = file.size <= SmallFileTransfer.largest
        if isSmall, !cache.holdsBlob(of: file, job.revision.repository) { return try await fetchSmall(file, job) }
        return try await cache.withLock(file.digest, of: job.revision.repository, clock: clock, logger: logger) {
            try await completeAlone(file, job)
        }
    }

    private func completeAlone(_ file: RepositoryFile, _ job: DownloadJob) async throws -> FetchedFile? {
        let revision = job.revision
        if try await isIntact(cache.snapshotPath(of: file, in: revision), file) { return nil }
        let isNew = try await !isIntact(cache.blob(file.digest, of: revision.repository), file)
        if isNew {
            guard file.size > SmallFileTransfer.largest else { return try await fetchSmall(file, job) }
            try await notingAbsence(of: file, in: revision) { try await fetch(file, job) }
        }
        try await disk.run { [cache] in try cache.link(file, in: revision, isNew: isNew) }
        return nil
    }

    private func notingAbsence<Result>(
        of file: RepositoryFile, in revision: ResolvedRevision, _ fetch: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await fetch()
        } catch let error as RoostError where error.isAbsence(at: revision.commit) {
            try await disk.run { [cache] in try cache.noteAbsence(of: file.path, in: revision) }
            throw error
        }
    }

    /// Whether a file that is there is right. One that has the size and not the content was damaged after it was installed.
    private func isIntact(_ path: FilePath, _ file: RepositoryFile) async throws -> Bool {
        guard FileSystem.size(of: path) == file.size else { return false }
        if try await ContentHasher.isIntact(path, file) { return true }
        logger.warning("a file in the cache is damaged and is fetched again", metadata: ["file": "\(path)"])
        return false
    }

    private func source(of file: RepositoryFile, _ job: DownloadJob) -> FileSource {
        FileSource(transport: transport, address: routes.content(of: file.path, in: job.revision), limits: job.limits)
    }

    private func fetchSmall(_ file: RepositoryFile, _ job: DownloadJob) async throws -> FetchedFile {
        let transfer = SmallFileTransfer(source: source(of: file, job), file: file, space: space)
        let folder = cache.blobsFolder(job.revision.repository)
        return FetchedFile(file: file, content: try await notingAbsence(of: file, in: job.revision) { try await transfer.run(for: folder) })
    }

    private func fetch(_ file: RepositoryFile, _ job: DownloadJob) async throws {
        let source = source(of: file, job)
        let blob = cache.blob(file.digest, of: job.revision.repository)
        let path = cache.partial(file.digest, of: job.revision.repository)
        let partial = try await disk.run { [space] in try PartialFile(opening: path, for: file, space: space) }
        let transfer = FileTransfer(
            source: source, partial: partial, disk: disk, space: space, mostStreams: file.size < Self.largeFile ? 1 : Self.mostStreams,
            largestWhole: largestWhole, clock: clock, observer: job.observer)
        var digest = try await transfer.run()
        // A copy to compare with is asked for whole, which nobody gets of a larger file.
        if digest != file.digest, file.size <= largestWhole {
            logger.warning("the bytes of a file are wrong; looking for the fault", metadata: ["file": "\(file.path)"])
            job.observer.onGrown(file, path, 0)
            digest = try await FileRepair(source: source, partial: partial, disk: disk).run()
        }
        if digest == file.digest { job.observer.onGrown(file, path, file.size) }
        try await disk.run { [digest] in try partial.publish(digest, as: blob) }
    }
}

extension RoostError {
    /// Whether the Hub itself says that a commit has no such file: a proxy's 404 names no commit.
    fileprivate func isAbsence(at commit: CommitHash) -> Bool {
        code == .entryNotFound && context.contains { $0.name == "repo_commit" && $0.value == commit.description }
    }
}

/// What all files of one download have in common.
private struct DownloadJob: Sendable {
    let revision: ResolvedRevision
    let observer: DownloadObserver
    let limits: DownloadLimits
}
