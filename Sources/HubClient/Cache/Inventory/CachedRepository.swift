import Foundation
import RoostCore
import SystemPackage

/// One repository of the cache, read from the disk each time: whoever put it there, what lies there is the truth.
struct CachedRepository: Sendable {
    let cache: HubCache
    let id: RepositoryID

    var folder: FilePath { cache.repositoryFolder(id) }
    var blobs: FilePath { cache.blobsFolder(id) }
    var snapshots: FilePath { folder.appending("snapshots") }

    /// Deeper than any repository is; a folder below that is left alone.
    private static let deepestFolder = 64

    func snapshot(_ commit: CommitHash) -> FilePath { snapshots.appending(commit.description) }

    /// The commits that have a snapshot folder.
    func commits() throws -> [CommitHash] { try FileSystem.names(in: snapshots).compactMap(CommitHash.init(hex:)) }

    /// Branches and tags, and the commits that they mean.
    func refs() throws -> [String: CommitHash] {
        var refs: [String: CommitHash] = [:]
        try walk(folder.appending("refs")) { path, name in
            guard let text = FileManager.default.contents(atPath: path.string), text.count <= 64 else { return }
            // Python's readers take the bytes as they are; so does this one, or the two would disagree about what a ref names.
            refs[name] = CommitHash(hex: String(decoding: text, as: UTF8.self))
        }
        return refs
    }

    /// The commits that a branch, tag, full commit or the beginning of one names.
    func commits(named revision: String) throws -> [CommitHash] {
        if let commit = try refs()[revision] { return try commits().filter { $0 == commit } }
        return try commits().filter { revision.utf8.count >= 6 && $0.description.hasPrefix(revision) }
    }

    /// The files of a snapshot. A name that is not safe as a path is left out; nothing of ours made it.
    func entries(of commit: CommitHash) throws -> [SnapshotEntry] {
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

    /// The names of all blobs that something in a snapshot folder links to, whether the snapshot is ours to understand or not.
    func referencedBlobs(except removed: Set<CommitHash> = []) throws -> Set<String> {
        var names: Set<String> = []
        for name in try FileSystem.names(in: snapshots) where !removed.contains(where: { $0.description == name }) {
            try walk(snapshots.appending(name)) { location, _ in
                // The last part alone: a link may lead there by any way, and blob names are digests.
                if let target = linkTarget(location)?.lastComponent?.string { names.insert(target) }
            }
        }
        return names
    }

    /// The names in the blobs folder.
    func blobNames() throws -> [String] { try FileSystem.names(in: blobs) }

    private func linkTarget(_ path: FilePath) -> FilePath? {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: path.string)).map { FilePath($0) }
    }

    /// Visits files and links below a folder in order; links are not followed.
    private func walk(_ folder: FilePath, prefix: String = "", depth: Int = 0, _ visit: (FilePath, String) throws -> Void) throws {
        guard depth < Self.deepestFolder else { return }
        for name in try FileSystem.names(in: folder) {
            let path = folder.appending(name)
            // Gone between the two looks: nothing to visit.
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
    /// The model repositories in the cache, by name.
    ///
    /// - Throws: `RoostError` with code `fileSystem`.
    func repositories() throws -> [CachedRepository] {
        try FileSystem.names(in: root).compactMap(RepositoryID.init(cacheFolderName:)).map { CachedRepository(cache: self, id: $0) }
    }

    /// A repository, whether it is there or not.
    func repository(_ id: RepositoryID) -> CachedRepository { CachedRepository(cache: self, id: id) }

    /// A path as people write it: below the cache.
    func relative(_ path: FilePath) -> String {
        var path = path
        return path.removePrefix(root) ? path.string : path.string
    }
}
