import Logging
import RoostCore
public import SystemPackage

extension HubClient {
    /// Fetches one file into the cache, verifies it, and links it into its snapshot. One stream, one attempt.
    ///
    /// Bytes of an earlier attempt are hashed and continued. A failed or cancelled attempt keeps its bytes, unless they are wrong.
    /// Another process that fetches the same file is waited for. A file that is there already is hashed, whoever put it there: a damaged one is
    /// fetched again.
    ///
    /// - Parameters:
    ///   - file: The file as the listing promised it.
    ///   - revision: The pinned revision.
    ///   - onProgress: Gets the number of the file's bytes that are here: at the start, after every write, at the end. It falls only when a
    ///     server makes us start again.
    /// - Returns: The file's path in the snapshot.
    /// - Throws: `RoostError` with code `network`, `hubFailure`, `rateLimited` (with `retryAfter`), `digestMismatch`, `sizeMismatch`,
    ///   `entryNotFound`, `repositoryNotFound`, `gatedRepository`, `accessDenied`, `hubProtocolViolation`, `insufficientSpace` or `fileSystem`;
    ///   `CancellationError`.
    @concurrent
    public func download(
        _ file: RepositoryFile, in revision: ResolvedRevision, onProgress: @escaping @Sendable (Int64) -> Void
    ) async throws -> FilePath {
        let repository = revision.repository
        try FileSystem.makeFolder(cache.blobsFolder(repository))
        try await cache.withLock(file.digest, of: repository, clock: clock, logger: logger) {
            if try await isIntact(cache.snapshotPath(of: file, in: revision), file) { return }
            if try await !isIntact(cache.blob(file.digest, of: repository), file) { try await fetch(file, in: revision, onProgress) }
            try cache.link(file, in: revision)
        }
        onProgress(file.size)
        return cache.snapshotPath(of: file, in: revision)
    }

    /// Whether a file that is there is right. One that has the size and not the content was damaged after it was installed.
    private func isIntact(_ path: FilePath, _ file: RepositoryFile) async throws -> Bool {
        guard FileSystem.size(of: path) == file.size else { return false }
        if try await ContentHasher.isIntact(path, file) { return true }
        logger.warning("a file in the cache is damaged and is fetched again", metadata: ["file": "\(path)"])
        return false
    }

    private func fetch(_ file: RepositoryFile, in revision: ResolvedRevision, _ onProgress: @escaping @Sendable (Int64) -> Void) async throws {
        let transfer = FileTransfer(
            transport: transport, address: routes.content(of: file.path, in: revision), space: space, onProgress: onProgress)
        var partial = try PartialFile.open(cache.partial(file.digest, of: revision.repository), for: file, space: space)
        try await transfer.fill(&partial)
        try partial.publish(as: cache.blob(file.digest, of: revision.repository))
    }
}
