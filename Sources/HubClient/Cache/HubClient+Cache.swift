import DurableFiles
import Logging
package import RoostCore
public import SystemPackage

extension HubClient {
    /// Returns the number of bytes of a file that are already on the disk, whether complete or not; for planning.
    ///
    /// - Parameters:
    ///   - file: The file from the listing.
    ///   - revision: The pinned revision.
    /// - Returns: A number of bytes from 0 to the file's size. The bytes of a partial file are not verified yet.
    public func presentBytes(of file: RepositoryFile, in revision: ResolvedRevision) -> Int64 {
        if cache.holds(file, in: revision) { return file.size }
        return PartialContent.bytes(at: cache.partial(file.digest, of: revision.repository), of: file)
    }

    /// Returns the number of bytes that pulls may still write to the file system of the cache.
    ///
    /// - Returns: The bytes that a normal user may write, minus the reserve for other programs.
    /// - Throws: `RoostError` with code `fileSystem`.
    public func freeBytes() throws -> Int64 { try space.usableBytes(in: FileSystem.nearestFolder(cache.root)) }

    /// Returns the disk space that a pull needs and the space that is available, considering the pulls in progress.
    ///
    /// - Parameters:
    ///   - files: The files of the pull.
    ///   - revision: The pinned revision.
    /// - Returns: The bytes that are not reserved on the disk yet, the bytes that may be written, and the bytes to keep
    ///   free for other programs.
    /// - Throws: `RoostError` with code `fileSystem`.
    public func space(
        for files: [RepositoryFile], in revision: ResolvedRevision
    ) throws -> (needed: Int64, available: Int64, reserve: Int64) {
        let available = try freeBytes() - planned.bytes(besides: files, in: revision)
        return (
            files.reduce(0) { $0 + cache.bytesToReserve(for: $1, in: revision) }, max(0, available),
            try space.reserve(in: FileSystem.nearestFolder(cache.root))
        )
    }

    /// Reserves disk space for a pull, so that another pull does not count on the same bytes.
    ///
    /// - Parameters:
    ///   - files: The files of the pull.
    ///   - revision: The pinned revision.
    /// - Returns: The claim, to be released at the end of the pull; `nil` if there is not enough space.
    /// - Throws: `RoostError` with code `fileSystem`.
    public func claimSpace(for files: [RepositoryFile], in revision: ResolvedRevision) throws -> SpaceClaim? {
        planned.claim(files, in: revision, usable: try freeBytes())
    }

    /// Returns whether the cache records that the Hub does not have a file at a commit. `huggingface_hub` keeps the
    /// same record.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - revision: The pinned revision.
    /// - Returns: Whether there is such a record.
    package func isNotedAbsent(_ path: RepositoryFilePath, in revision: ResolvedRevision) -> Bool { cache.isNotedAbsent(path, in: revision) }

    /// Records the commit and the files of a revision in the cache, in the form that Python's tools expect.
    ///
    /// - Parameters:
    ///   - revision: The pinned revision.
    ///   - files: All files of the listing, or `nil` if some of them are not on this machine: `huggingface_hub`
    ///     considers a snapshot with a list complete only if every file of the list exists, and accepts one without a
    ///     list as it is.
    /// - Throws: `RoostError` with code `fileSystem`, `insufficientSpace`, or `invalidRequest` for an unsafe revision
    ///   name. A read-only cache is not changed, without an error, because the files exist.
    public func recordRevision(_ revision: ResolvedRevision, files: [RepositoryFile]?) throws {
        do {
            try cache.record(revision, files: files)
        } catch let error as RoostError where (error.cause as? Errno)?.meansReadOnly == true {
            logger.warning("the Hub cache is read-only; the commit of a revision is not recorded", metadata: ["error": "\(error)"])
        }
    }

    /// Returns the last known commit of a revision, without asking the Hub.
    ///
    /// - Parameters:
    ///   - name: A branch, tag, `refs/pr/N` or commit.
    ///   - repository: The repository.
    /// - Returns: The revision; its snapshot folder exists.
    /// - Throws: `RoostError` with code `offline` if the cache does not contain it; `invalidRequest` for an unsafe
    ///   name.
    package func knownRevision(_ name: String, of repository: RepositoryID) throws -> ResolvedRevision {
        try cache.knownRevision(name, of: repository)
    }

    /// Returns the files of a snapshot according to the cache.
    ///
    /// - Parameter revision: The pinned revision.
    /// - Returns: The files of its list; `nil` if there is no list.
    /// - Throws: `RoostError` with code `fileSystem`.
    package func listedFiles(in revision: ResolvedRevision) throws -> [RepositoryFile]? {
        hasList(of: revision) ? try cache.knownFiles(in: revision) : nil
    }

    /// Whether the cache has the list of a revision's files.
    package func hasList(of revision: ResolvedRevision) -> Bool { FileSystem.size(of: cache.treeFile(revision)) != nil }

    /// Returns the path of a complete file: in the snapshot, or as a blob of any revision. Its size is correct; its
    /// bytes may have been damaged since.
    ///
    /// - Parameters:
    ///   - file: The file from the listing.
    ///   - revision: The pinned revision.
    /// - Returns: The path, which may be a link; `nil` if the file is not on this machine.
    package func heldFile(_ file: RepositoryFile, in revision: ResolvedRevision) -> FilePath? {
        if cache.isInSnapshot(file, revision) { return cache.snapshotPath(of: file, in: revision) }
        return cache.holdsBlob(of: file, revision.repository) ? cache.blob(file.digest, of: revision.repository) : nil
    }

    /// Returns whether a complete file is in its snapshot, without checking its bytes.
    ///
    /// - Parameters:
    ///   - file: The file from the listing.
    ///   - revision: The pinned revision.
    /// - Returns: Whether it is there.
    package func isInPlace(_ file: RepositoryFile, in revision: ResolvedRevision) -> Bool { cache.isInSnapshot(file, revision) }

    /// Returns the path of a file in its snapshot.
    ///
    /// - Parameters:
    ///   - file: The file from the listing.
    ///   - revision: The pinned revision.
    /// - Returns: An absolute path, which may be a link.
    public func path(of file: RepositoryFile, in revision: ResolvedRevision) -> FilePath { cache.snapshotPath(of: file, in: revision) }

    /// Returns the folder with the files of a repository at a commit.
    ///
    /// - Parameter revision: The pinned revision.
    /// - Returns: An absolute path; the folder exists after `recordRevision` or a download.
    public func snapshotDirectory(of revision: ResolvedRevision) -> FilePath { cache.snapshot(revision) }
}
