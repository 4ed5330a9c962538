import DurableFiles
import Foundation
import RoostCore
import SystemPackage

extension HubCache {
    /// Links a blob into its snapshot, replacing an existing file in one step. The caller flushes the folder.
    ///
    /// If the file system has no links, the file itself is placed there, like `huggingface_hub` does: a new blob is
    /// moved, an existing one is copied, because other programs may use it.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - revision: The revision of the snapshot.
    ///   - isNew: Whether this download created the blob.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    func link(_ file: RepositoryFile, in revision: ResolvedRevision, isNew: Bool) throws {
        let path = try preparePlace(of: file, in: revision)
        if makesLinks {
            do {
                return try makeLink(file, at: path, in: revision)
            } catch let error as RoostError where (error.cause as? Errno)?.meansNoLinks == true {
                // This file system has no links.
            }
        }
        let blob = blob(file.digest, of: revision.repository)
        guard !isNew else { return try FileSystem.move(blob, to: path) }
        let temporary = FileSystem.temporaryName(in: blobsFolder(revision.repository))
        do {
            try FileSystem.copy(blob, to: temporary)
            try FileSystem.move(temporary, to: path)
        } catch {
            // The first error is the one to report.
            try? FileSystem.remove(temporary)
            throw error
        }
    }

    /// Moves a new small file to its name, and links it into its snapshot. The caller flushes the folders.
    ///
    /// - Parameters:
    ///   - temporary: The file, written and flushed.
    ///   - file: The file from the listing.
    ///   - revision: The revision of the snapshot.
    ///   - hasLinks: Whether snapshots consist of links. If not, the file never has the name of a blob: small files have
    ///     no lock, and one with the same content could take it away.
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    func install(_ temporary: FilePath, as file: RepositoryFile, in revision: ResolvedRevision, hasLinks: Bool) throws {
        guard hasLinks else { return try FileSystem.move(temporary, to: preparePlace(of: file, in: revision)) }
        try FileSystem.move(temporary, to: blob(file.digest, of: revision.repository))
        try link(file, in: revision, isNew: true)
    }

    /// Makes the folder of a file in a snapshot, and returns the file's path.
    private func preparePlace(of file: RepositoryFile, in revision: ResolvedRevision) throws -> FilePath {
        try forgetAbsence(of: file.path, in: revision)
        let path = snapshotPath(of: file, in: revision)
        try FileSystem.makeFolder(path.removingLastComponent())
        return path
    }

    private func makeLink(_ file: RepositoryFile, at path: FilePath, in revision: ResolvedRevision) throws {
        let depth = file.path.segments.count + 1
        let target = FilePath(String(repeating: "../", count: depth) + "blobs/\(file.digest.hex)")
        if try FileSystem.makeLink(at: path, to: target) { return }
        // Created beside the blobs, where readers of snapshots do not see it.
        let temporary = FileSystem.temporaryName(in: blobsFolder(revision.repository))
        guard try FileSystem.makeLink(at: temporary, to: target) else { throw Errno.fileExists }
        try FileSystem.move(temporary, to: path)
    }

    /// Records the commit and the files of a revision, in an order in which no ref exists without its snapshot folder.
    ///
    /// - Throws: `RoostError` with code `fileSystem`, `insufficientSpace` or `invalidRequest`.
    func record(_ revision: ResolvedRevision, files: [RepositoryFile]?) throws {
        let folder = repositoryFolder(revision.repository)
        let ref = try refFile(revision.revision, of: revision.repository)
        try FileSystem.makeFolder(snapshot(revision))
        try FileSystem.makeFolder(blobsFolder(revision.repository))
        let tag = root.appending("CACHEDIR.TAG")
        if FileSystem.size(of: tag) == nil { try FileSystem.write(Self.directoryTag.utf8, to: tag, temporaryIn: folder) }
        let commit = revision.commit.description
        if revision.revision != commit, FileManager.default.contents(atPath: ref.string) != Data(commit.utf8) {
            // The folder of the snapshot is on the disk before the ref that names it.
            try flush([snapshot(revision)])
            try write(commit.utf8, to: ref, temporaryIn: folder)
        }
        let tree = treeFile(revision)
        // A commit never changes, so an existing list is equally good, and Python's contains more.
        guard let files, FileSystem.size(of: tree) == nil else { return }
        try write(try TreeFile.json(of: files), to: tree, temporaryIn: folder)
    }

    private func write(_ bytes: some Sequence<UInt8>, to path: FilePath, temporaryIn folder: FilePath) throws {
        try FileSystem.makeFolder(path.removingLastComponent())
        try FileSystem.write(bytes, to: path, temporaryIn: folder)
        try flush([path.removingLastComponent()])
    }

    /// Waits until the names in folders of the cache are on the disk, and the names of the folders themselves.
    ///
    /// - Parameter folders: Folders below the root.
    /// - Throws: `RoostError` with code `fileSystem`.
    func flush(_ folders: [FilePath]) throws {
        var all: Set<FilePath> = [root]
        for var folder in folders {
            while all.insert(folder).inserted, folder.removeLastComponent() {}
        }
        for folder in all { try FileSystem.flushFolder(folder) }
    }

    /// Tells backup programs to exclude the cache: https://bford.info/cachedir/
    static let directoryTag = """
        Signature: 8a477f597d28d172789f06886806bc55
        # This folder is a cache of files from the Hugging Face Hub; everything in it can be fetched again.
        # What this tag means: https://bford.info/cachedir/

        """
}
