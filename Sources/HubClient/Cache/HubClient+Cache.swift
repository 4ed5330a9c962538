import Logging
package import RoostCore
public import SystemPackage

extension HubClient {
    /// How many bytes of a file are here already, whole or in part; for planning.
    ///
    /// - Parameters:
    ///   - file: The file as the listing promised it.
    ///   - revision: The pinned revision.
    /// - Returns: 0 to the file's size, in bytes. Bytes of a part are not verified yet.
    public func presentBytes(of file: RepositoryFile, in revision: ResolvedRevision) -> Int64 {
        if cache.holds(file, in: revision) { return file.size }
        return PartialContent.bytes(at: cache.partial(file.digest, of: revision.repository), of: file)
    }

    /// The bytes that pulls may still write to the file system where the cache is, or will be.
    ///
    /// - Returns: What an ordinary user may write, less the reserve that stays free for everybody else.
    /// - Throws: `RoostError` with code `fileSystem`.
    public func freeBytes() throws -> Int64 { try space.usableBytes(in: FileSystem.nearestFolder(cache.root)) }

    /// What a pull would need on the disk, and what it could have, beside what pulls under way will still take.
    ///
    /// - Parameters:
    ///   - files: The files of the pull.
    ///   - revision: The pinned revision.
    /// - Returns: Bytes that the disk has yet to find room for; bytes that may be written; bytes that stay free for everybody else.
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

    /// Claims room on the disk for a pull, so that another one does not count on the same bytes.
    ///
    /// - Parameters:
    ///   - files: The files of the pull.
    ///   - revision: The pinned revision.
    /// - Returns: The claim, to be released when the pull has ended; `nil` when the room does not suffice.
    /// - Throws: `RoostError` with code `fileSystem`.
    public func claimSpace(for files: [RepositoryFile], in revision: ResolvedRevision) throws -> SpaceClaim? {
        planned.claim(files, in: revision, usable: try freeBytes())
    }

    /// Whether the cache has noted that the Hub has no such file at a commit, as `huggingface_hub` notes it, too.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - revision: The pinned revision.
    /// - Returns: Whether it has.
    package func isNotedAbsent(_ path: RepositoryFilePath, in revision: ResolvedRevision) -> Bool { cache.isNotedAbsent(path, in: revision) }

    /// Notes in the cache what a revision means and which files it has, as Python's tools expect to find it.
    ///
    /// - Parameters:
    ///   - revision: The pinned revision.
    ///   - files: All files of the listing, or `nil` when some of them are not here: `huggingface_hub` takes a snapshot with a list for complete
    ///     only when every file of the list is there, and one without a list as it is.
    /// - Throws: `RoostError` with code `fileSystem`, `insufficientSpace`, or `invalidRequest` for an unsafe revision name. A cache that may only be
    ///   read stays as it is: the files are there all the same.
    public func recordRevision(_ revision: ResolvedRevision, files: [RepositoryFile]?) throws {
        do {
            try cache.record(revision, files: files)
        } catch let error as RoostError where (error.cause as? Errno)?.meansReadOnly == true {
            logger.warning("the Hub cache may only be read; what a revision means is not noted", metadata: ["error": "\(error)"])
        }
    }

    /// What a revision meant when somebody last asked, without asking again.
    ///
    /// - Parameters:
    ///   - name: A branch, tag, `refs/pr/N` or commit.
    ///   - repository: The repository.
    /// - Returns: The revision; its snapshot folder is there.
    /// - Throws: `RoostError` with code `offline` when the cache does not know it; `invalidRequest` for an unsafe name.
    package func knownRevision(_ name: String, of repository: RepositoryID) throws -> ResolvedRevision {
        try cache.knownRevision(name, of: repository)
    }

    /// The files of a snapshot as the cache knows them.
    ///
    /// - Parameter revision: The pinned revision.
    /// - Returns: The files of its list; `nil` when there is none.
    /// - Throws: `RoostError` with code `fileSystem`.
    package func listedFiles(in revision: ResolvedRevision) throws -> [RepositoryFile]? {
        FileSystem.size(of: cache.treeFile(revision)) == nil ? nil : try cache.knownFiles(in: revision)
    }

    /// Where a file lies whole: in the snapshot, or as a blob of any revision. Its size is right; its bytes may have been damaged since.
    ///
    /// - Parameters:
    ///   - file: The file as the listing promised it.
    ///   - revision: The pinned revision.
    /// - Returns: The path, which may be a link; `nil` when the file is not here.
    package func heldFile(_ file: RepositoryFile, in revision: ResolvedRevision) -> FilePath? {
        if cache.isInSnapshot(file, revision) { return cache.snapshotPath(of: file, in: revision) }
        return cache.holdsBlob(of: file, revision.repository) ? cache.blob(file.digest, of: revision.repository) : nil
    }

    /// Whether a file lies whole in its snapshot; its bytes are not looked at.
    ///
    /// - Parameters:
    ///   - file: The file as the listing promised it.
    ///   - revision: The pinned revision.
    /// - Returns: Whether it does.
    package func isInPlace(_ file: RepositoryFile, in revision: ResolvedRevision) -> Bool { cache.isInSnapshot(file, revision) }

    /// Where a file lies in its snapshot.
    ///
    /// - Parameters:
    ///   - file: The file as the listing promised it.
    ///   - revision: The pinned revision.
    /// - Returns: An absolute path, which may be a link.
    public func path(of file: RepositoryFile, in revision: ResolvedRevision) -> FilePath { cache.snapshotPath(of: file, in: revision) }

    /// The folder that looks like the repository at that commit.
    ///
    /// - Parameter revision: The pinned revision.
    /// - Returns: An absolute path; the folder exists after `recordRevision` or a download.
    public func snapshotDirectory(of revision: ResolvedRevision) -> FilePath { cache.snapshot(revision) }
}
