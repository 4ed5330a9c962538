import RoostCore
public import SystemPackage

extension HubClient {
    /// Fetches one file into the cache, verifies it, and links it into its snapshot. One stream, one attempt.
    ///
    /// Bytes of an earlier attempt are hashed and continued. A failed or cancelled attempt keeps its bytes, unless they are wrong.
    /// Another process that fetches the same file is waited for.
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
        if !cache.isInSnapshot(file, revision) {
            try FileSystem.makeFolder(cache.blobsFolder(repository))
            try await cache.withLock(file.digest, of: repository, clock: clock, logger: logger) {
                if !cache.holdsBlob(of: file, repository) { try await fetch(file, in: revision, onProgress) }
                try cache.link(file, in: revision)
            }
        }
        onProgress(file.size)
        return cache.snapshotPath(of: file, in: revision)
    }

    private func fetch(_ file: RepositoryFile, in revision: ResolvedRevision, _ onProgress: @escaping @Sendable (Int64) -> Void) async throws {
        let transfer = FileTransfer(
            transport: transport, address: routes.content(of: file.path, in: revision), space: space, onProgress: onProgress)
        var partial = try PartialFile.open(cache.partial(file.digest, of: revision.repository), for: file, space: space)
        try await transfer.fill(&partial)
        try partial.publish(as: cache.blob(file.digest, of: revision.repository))
    }
}
