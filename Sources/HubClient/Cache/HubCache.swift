import DurableFiles
package import RoostCore
public import SystemPackage

/// The layout of the Hub cache. It is `huggingface_hub`'s own layout, so that Python's tools find what Roost
/// downloaded, and Roost finds what they downloaded.
///
///     <root>/CACHEDIR.TAG
///     <root>/.locks/models--org--name/<hex>.lock           flock; never deleted
///     <root>/models--org--name/blobs/<hex>                 content, named by its digest
///     <root>/models--org--name/blobs/<hex>.roost.incomplete
///     <root>/models--org--name/refs/<revision>             the commit, 40 bytes
///     <root>/models--org--name/snapshots/<commit>/<path>   symbolic link ../../blobs/<hex>
///     <root>/models--org--name/trees/<commit>.json         the file list
public struct HubCache: Sendable {
    /// The folder that contains the `models--…` folders.
    public let root: FilePath
    /// Whether snapshots may consist of links. If not, they contain the files themselves, like `huggingface_hub` does.
    package let makesLinks: Bool

    /// Creates a reference to a cache, without reading or creating anything.
    ///
    /// - Parameters:
    ///   - root: The folder that contains the `models--…` folders; absolute.
    ///   - makesLinks: Whether snapshots may consist of links.
    public init(root: FilePath, makesLinks: Bool = true) {
        self.root = root
        self.makesLinks = makesLinks
    }

    func repositoryFolder(_ repository: RepositoryID) -> FilePath { root.appending(repository.cacheFolderName) }

    func blobsFolder(_ repository: RepositoryID) -> FilePath { repositoryFolder(repository).appending("blobs") }

    package func blob(_ digest: ContentDigest, of repository: RepositoryID) -> FilePath { blobsFolder(repository).appending(digest.hex) }

    /// The partial file of a blob. The suffix is Roost's own, because Python deletes or ignores its own partial files.
    /// Python's cache scan recognizes the ending as an unfinished file.
    package func partial(_ digest: ContentDigest, of repository: RepositoryID) -> FilePath {
        blobsFolder(repository).appending("\(digest.hex).roost.incomplete")
    }

    func lockFile(_ digest: ContentDigest, of repository: RepositoryID) -> FilePath { lockFile(blob: digest.hex, of: repository) }

    /// The lock of a blob with any name: older versions named blobs differently.
    func lockFile(blob name: String, of repository: RepositoryID) -> FilePath { locksFolder(repository).appending("\(name).lock") }

    func locksFolder(_ repository: RepositoryID) -> FilePath { root.appending(".locks").appending(repository.cacheFolderName) }

    func snapshot(_ revision: ResolvedRevision) -> FilePath {
        repositoryFolder(revision.repository).appending("snapshots").appending(revision.commit.description)
    }

    package func snapshotPath(of file: RepositoryFile, in revision: ResolvedRevision) -> FilePath {
        snapshot(revision).pushing(FilePath(file.path.description))
    }

    package func treeFile(_ revision: ResolvedRevision) -> FilePath {
        repositoryFolder(revision.repository).appending("trees").appending("\(revision.commit).json")
    }

    /// The file that contains the commit of a revision.
    ///
    /// - Throws: `RoostError` with code `invalidRequest` and field `revision` if the name is not safe as a path. No
    ///   valid git reference has such a name.
    package func refFile(_ revision: String, of repository: RepositoryID) throws -> FilePath {
        guard let name = try? RepositoryFilePath(parsing: revision) else {
            throw RoostError(
                .invalidRequest, "`revision` must be a branch, tag or commit; got \(revision.quotedForPeople).", field: "revision")
        }
        return repositoryFolder(repository).appending("refs").pushing(FilePath(name.description))
    }

    /// Whether a complete file exists in the snapshot or as a blob of any revision. A blob of the wrong size counts as
    /// absent.
    func holds(_ file: RepositoryFile, in revision: ResolvedRevision) -> Bool {
        isInSnapshot(file, revision) || holdsBlob(of: file, revision.repository)
    }

    /// Follows one link or two: in Python's store of shared blobs, a blob is itself a link.
    func isInSnapshot(_ file: RepositoryFile, _ revision: ResolvedRevision) -> Bool {
        FileSystem.size(of: snapshotPath(of: file, in: revision)) == file.size
    }

    func holdsBlob(of file: RepositoryFile, _ repository: RepositoryID) -> Bool {
        FileSystem.size(of: blob(file.digest, of: repository)) == file.size
    }
}
