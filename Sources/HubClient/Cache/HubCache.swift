import RoostCore
public import SystemPackage

/// The layout of the Hub cache, `huggingface_hub`'s own, so that Python's tools find what Roost fetched and the other way round.
///
///     <root>/CACHEDIR.TAG
///     <root>/.locks/models--org--name/<hex>.lock           flock; never deleted
///     <root>/models--org--name/blobs/<hex>                 content, named by its digest
///     <root>/models--org--name/blobs/<hex>.roost.incomplete
///     <root>/models--org--name/refs/<revision>             the commit, 40 bytes
///     <root>/models--org--name/snapshots/<commit>/<path>   symbolic link ../../blobs/<hex>
///     <root>/models--org--name/trees/<commit>.json         the file list
public struct HubCache: Sendable {
    /// The folder that holds `models--…` folders.
    public let root: FilePath
    /// Whether snapshots may be made of links. Where not, the files themselves lie in them, as `huggingface_hub` does it.
    let makesLinks: Bool

    /// Names a cache; nothing is read or made yet.
    ///
    /// - Parameters:
    ///   - root: The folder that holds `models--…` folders; absolute.
    ///   - makesLinks: Whether snapshots may be made of links.
    public init(root: FilePath, makesLinks: Bool = true) {
        self.root = root
        self.makesLinks = makesLinks
    }

    func repositoryFolder(_ repository: RepositoryID) -> FilePath { root.appending(repository.cacheFolderName) }

    func blobsFolder(_ repository: RepositoryID) -> FilePath { repositoryFolder(repository).appending("blobs") }

    func blob(_ digest: ContentDigest, of repository: RepositoryID) -> FilePath { blobsFolder(repository).appending(digest.hex) }

    /// Where a blob grows. The suffix is ours, because Python deletes or ignores its own; the ending is the one its cache scan knows as unfinished.
    func partial(_ digest: ContentDigest, of repository: RepositoryID) -> FilePath {
        blobsFolder(repository).appending("\(digest.hex).roost.incomplete")
    }

    func lockFile(_ digest: ContentDigest, of repository: RepositoryID) -> FilePath { lockFile(blob: digest.hex, of: repository) }

    /// The lock of a blob by its name, whatever that is: gone-by versions named blobs differently.
    func lockFile(blob name: String, of repository: RepositoryID) -> FilePath { locksFolder(repository).appending("\(name).lock") }

    func locksFolder(_ repository: RepositoryID) -> FilePath { root.appending(".locks").appending(repository.cacheFolderName) }

    func snapshot(_ revision: ResolvedRevision) -> FilePath {
        repositoryFolder(revision.repository).appending("snapshots").appending(revision.commit.description)
    }

    func snapshotPath(of file: RepositoryFile, in revision: ResolvedRevision) -> FilePath {
        snapshot(revision).pushing(FilePath(file.path.description))
    }

    func treeFile(_ revision: ResolvedRevision) -> FilePath {
        repositoryFolder(revision.repository).appending("trees").appending("\(revision.commit).json")
    }

    /// Where the meaning of a revision is noted.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` and field `revision` when the name is not safe as a path; no git reference is such.
    func refFile(_ revision: String, of repository: RepositoryID) throws -> FilePath {
        guard let name = try? RepositoryFilePath(parsing: revision) else {
            throw RoostError(
                .invalidRequest, "`revision` must be a branch, tag or commit; got \(revision.quotedForPeople).", field: "revision")
        }
        return repositoryFolder(repository).appending("refs").pushing(FilePath(name.description))
    }

    /// Whether a file is there whole, in the snapshot or as a blob of any revision. A blob of the wrong size counts as absent.
    func holds(_ file: RepositoryFile, in revision: ResolvedRevision) -> Bool {
        isInSnapshot(file, revision) || holdsBlob(of: file, revision.repository)
    }

    /// Through one link or two: Python's store of shared blobs makes a blob a link itself.
    func isInSnapshot(_ file: RepositoryFile, _ revision: ResolvedRevision) -> Bool {
        FileSystem.size(of: snapshotPath(of: file, in: revision)) == file.size
    }

    func holdsBlob(of file: RepositoryFile, _ repository: RepositoryID) -> Bool {
        FileSystem.size(of: blob(file.digest, of: repository)) == file.size
    }
}
