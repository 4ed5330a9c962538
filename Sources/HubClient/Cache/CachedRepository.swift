import DurableFiles
import Foundation
package import RoostCore
package import SystemPackage

/// A repository in the cache. It is read from the disk each time: the files on the disk are authoritative, whichever
/// program wrote them.
package struct CachedRepository: Sendable {
    package let cache: HubCache
    package let id: RepositoryID

    package var folder: FilePath { cache.repositoryFolder(id) }
    package var blobs: FilePath { cache.blobsFolder(id) }
    package var snapshots: FilePath { folder.appending("snapshots") }

    /// The maximum depth of folders, deeper than in any repository. Folders below it are ignored.
    private static let deepestFolder = 64

    package func snapshot(_ commit: CommitHash) -> FilePath { snapshots.appending(commit.description) }

    /// The commits that have a snapshot folder.
    package func commits() throws -> [CommitHash] { try FileSystem.names(in: snapshots).compactMap(CommitHash.init(hex:)) }

    /// The branches and tags with their commits.
    package func refs() throws -> [String: CommitHash] {
        var refs: [String: CommitHash] = [:]
        try walk(folder.appending("refs")) { path, name in
            guard let text = FileManager.default.contents(atPath: path.string), text.count <= 64 else { return }
            // Python reads the bytes unchanged, so this does too. Otherwise the two would read different commits.
            refs[name] = CommitHash(hex: String(decoding: text, as: UTF8.self))
        }
        return refs
    }

    /// The commits of a branch, tag, commit or beginning of a commit.
    package func commits(named revision: String) throws -> [CommitHash] {
        if let commit = try refs()[revision] { return try commits().filter { $0 == commit } }
        return try commits().filter { revision.utf8.count >= 6 && $0.description.hasPrefix(revision) }
    }

    /// The files of a snapshot. A name that is not safe as a path is ignored, because Roost did not create it.
    package func entries(of commit: CommitHash) throws -> [SnapshotEntry] {
        var entries: [SnapshotEntry] = []
        try walk(snapshot(commit)) { location, name in
            guard let path = try? RepositoryFilePath(parsing: name) else { return }
            let stat = try? location.stat()
            let isFile = stat?.type == .regular
            entries.append(
                SnapshotEntry(
                    path: path, location: location, blobName: linkTarget(location)?.lastComponent?.string, size: isFile ? stat?.size : nil,
                    identity: stat.map { .init(device: $0.deviceID, inode: $0.inode) }))
        }
        return entries
    }

    /// The names of all blobs with a link from a snapshot folder, including folders with an unknown format.
    package func referencedBlobs(except removed: Set<CommitHash> = []) throws -> Set<String> {
        var names: Set<String> = []
        for name in try FileSystem.names(in: snapshots) where !removed.contains(where: { $0.description == name }) {
            try walk(snapshots.appending(name)) { location, _ in
                // Only the last component counts: a link may use any path, and blob names are digests.
                if let target = linkTarget(location)?.lastComponent?.string { names.insert(target) }
            }
        }
        return names
    }

    /// The names in the blobs folder.
    package func blobNames() throws -> [String] { try FileSystem.names(in: blobs) }

    private func linkTarget(_ path: FilePath) -> FilePath? {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: path.string)).map { FilePath($0) }
    }

    /// Visits files and links below a folder in order; links are not followed.
    private func walk(_ folder: FilePath, prefix: String = "", depth: Int = 0, _ visit: (FilePath, String) throws -> Void) throws {
        guard depth < Self.deepestFolder else { return }
        for name in try FileSystem.names(in: folder) {
            let path = folder.appending(name)
            // The file was removed after the folder was read.
            guard let stat = try? path.stat(followTargetSymlink: false) else { continue }
            if stat.type == .directory {
                try walk(path, prefix: prefix + name + "/", depth: depth + 1, visit)
            } else {
                try visit(path, prefix + name)
            }
        }
    }
}

extension HubCache {
    /// Returns the model repositories in the cache, ordered by name.
    ///
    /// - Throws: `RoostError` with code `fileSystem`.
    package func repositories() throws -> [CachedRepository] {
        try FileSystem.names(in: root).compactMap(RepositoryID.init(cacheFolderName:)).map { CachedRepository(cache: self, id: $0) }
    }

    /// A repository, which may not exist.
    package func repository(_ id: RepositoryID) -> CachedRepository { CachedRepository(cache: self, id: id) }

    /// The path relative to the cache, for messages.
    package func relative(_ path: FilePath) -> String {
        var path = path
        return path.removePrefix(root) ? path.string : path.string
    }
}
