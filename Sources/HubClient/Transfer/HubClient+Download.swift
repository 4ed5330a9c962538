import AsyncHTTPClient
import DurableFiles
import EventLoops
import Logging
import NIOCore
public import RoostCore
public import SystemPackage

extension HubClient {
    /// Downloads files into the cache, verifies them, and links them into their snapshot. Small files are downloaded in
    /// parallel, large ones in several streams.
    ///
    /// Partial files of earlier attempts are continued. A failed or cancelled attempt keeps its bytes, unless they are
    /// wrong. If another process downloads the same file, this waits for it, unless the file has at most 256 KiB. An
    /// existing file is hashed, whichever program created it; a damaged one is downloaded again.
    ///
    /// - Parameters:
    ///   - files: The files from the listing.
    ///   - revision: The pinned revision.
    ///   - observer: The callbacks for progress.
    ///   - limiter: The rate limit of this download, in addition to that of all downloads; `nil` for none.
    /// - Throws: The errors of `download` for one file.
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

    /// Downloads one file.
    ///
    /// - Parameters:
    ///   - file: The file from the listing.
    ///   - revision: The pinned revision.
    ///   - onProgress: Receives the number of downloaded bytes: at the start, after every write, and at the end.
    /// - Returns: The file's path in the snapshot.
    /// - Throws: `RoostError` with code `network`, `hubFailure`, `rateLimited` (with `retryAfter`), `digestMismatch`,
    ///   `sizeMismatch`, `entryNotFound`, `repositoryNotFound`, `gatedRepository`, `accessDenied`,
    ///   `hubProtocolViolation`, `insufficientSpace` or `fileSystem`; `CancellationError`.
    @concurrent
    public func download(
        _ file: RepositoryFile, in revision: ResolvedRevision, onProgress: @escaping @Sendable (Int64) -> Void
    ) async throws -> FilePath {
        try await download([file], in: revision, observer: DownloadObserver(onProgress: { _, bytes in onProgress(bytes) }))
        return cache.snapshotPath(of: file, in: revision)
    }

    /// The size from which a file is downloaded in several streams.
    private static let largeFile: Int64 = 32 << 20
    /// The maximum number of streams.
    private static let mostStreams = 8
    /// The number of batches that wait for the disk at which no further small file is requested, since each batch is in
    /// memory.
    private static let mostBatches = 4

    private enum SmallFileEvent: Sendable {
        /// A file and its lane, with its content if it is not written yet.
        case fetched(RepositoryFile, Int, FetchedFile?)
        case finished
    }

    /// Downloads files, a limited number in parallel. Complete files are flushed and named in batches while the next
    /// files are downloaded.
    private func fetch(_ files: [RepositoryFile], _ job: DownloadJob) async throws {
        try await withThrowingTaskGroup(of: SmallFileEvent.self) { group in
            var waiting = files[...]
            var batch = SmallFileBatch()
            var idleLanes = Array(0..<Self.mostStreams)
            var unfinished = 0
            let loops = HTTPClient.defaultEventLoopGroup.makeIterator().map(EventLoopTasks.init)
            func launch() {
                while unfinished < Self.mostBatches, let lane = idleLanes.last, let file = waiting.popFirst() {
                    idleLanes.removeLast()
                    // Larger files are hashed and locked, which must not happen on an event loop.
                    let loop = file.size <= SmallFileTransfer.largest ? loops[lane % loops.count] : nil
                    group.addTask(executorPreference: loop) { .fetched(file, lane, try await self.complete(file, job)) }
                }
            }
            launch()
            do {
                while let event = try await group.next() {
                    switch event {
                    case .finished: unfinished -= 1
                    case .fetched(let file, let lane, let content):
                        idleLanes.append(lane)
                        batch.add(file, content)
                    }
                    launch()
                    guard batch.isFull || !batch.files.isEmpty && idleLanes.count == Self.mostStreams else { continue }
                    unfinished += 1
                    group.addTask { [batch] in
                        try await self.finish(batch.files, batch.unwritten, job)
                        return .finished
                    }
                    batch = SmallFileBatch()
                }
            } catch {
                // The downloaded bytes are kept for the next attempt. The first error is the one to report.
                group.cancelAll()
                while let result = await group.nextResult() {
                    if case .success(.fetched(let file, _, let content)) = result { batch.add(file, content) }
                }
                try? await FetchedFile.install(batch.unwritten, in: cache, job.revision, disk)
                throw error
            }
        }
    }

    /// Writes the small files of a batch, gives them their names, and flushes the folders: the job's row survives a
    /// power cut, so the files that it refers to must survive it too.
    private func finish(_ files: [RepositoryFile], _ unwritten: [FetchedFile], _ job: DownloadJob) async throws {
        let revision = job.revision
        try await FetchedFile.install(unwritten, in: cache, revision, disk)
        let folders = files.map { cache.snapshotPath(of: $0, in: revision).removingLastComponent() } + [cache.blobsFolder(revision.repository)]
        try await disk.runToTheEnd { [cache] in try cache.flush(folders) }
        for file in files { job.observer.onProgress(file, file.size) }
        await job.observer.onVerified(files)
    }

    /// - Returns: A file that is not written yet; `nil` for one that has its name.
    private func complete(_ file: RepositoryFile, _ job: DownloadJob) async throws -> FetchedFile? {
        // An existing correct file is only read, which needs no lock and no permission to write.
        if try await isIntact(cache.snapshotPath(of: file, in: job.revision), file) { return nil }
        // A small file is written completely, under a unique temporary name. Two simultaneous writers are harmless, and
        // a lock would cost as much as the file. An existing blob is only linked, which must not interleave with a
        // clean-up.
        let isSmall = file.size <= SmallFileTransfer.largest
        if isSmall, !cache.holdsBlob(of: file, job.revision.repository) { return try await fetchSmall(file, job) }
        return try await cache.withLock(file.digest, of: job.revision.repository, time: time, logger: logger) {
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

    /// Whether an existing file is correct. A file with the right size but wrong content was damaged after it was
    /// installed.
    private func isIntact(_ path: FilePath, _ file: RepositoryFile) async throws -> Bool {
        guard FileSystem.size(of: path) == file.size else { return false }
        if try await ContentHasher.isIntact(path, file) { return true }
        logger.warning("a file in the cache is damaged and is downloaded again", metadata: ["file": "\(path)"])
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
            largestWhole: largestWhole, time: time, observer: job.observer)
        var digest = try await transfer.run()
        // The copy to compare with is requested completely, which the storage does not allow for a larger file.
        if digest != file.digest, file.size <= largestWhole {
            logger.warning("the bytes of a file are wrong; searching for the error", metadata: ["file": "\(file.path)"])
            job.observer.onGrown(file, path, 0)
            digest = try await FileRepair(source: source, partial: partial, disk: disk).run()
        }
        if digest == file.digest { job.observer.onGrown(file, path, file.size) }
        try await disk.run { [digest] in try partial.publish(digest, as: blob) }
    }
}

extension RoostError {
    /// Whether the Hub itself reports that a commit does not have a file: a 404 from a proxy names no commit.
    fileprivate func isAbsence(at commit: CommitHash) -> Bool {
        code == .entryNotFound && context.contains { $0.name == "repo_commit" && $0.value == commit.description }
    }
}

/// The common data of all files of a download.
private struct DownloadJob: Sendable {
    let revision: ResolvedRevision
    let observer: DownloadObserver
    let limits: DownloadLimits
}
