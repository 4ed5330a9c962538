import HubClient
import RoostCore
import SystemPackage

/// A folder of repositories, each with the one branch `main`.
struct FolderSource: MirrorSource {
    let catalog: MirrorCatalog

    func snapshot(of id: RepositoryID, at revision: String) async throws -> MirrorSnapshot? {
        try await current(id, revision)?.snapshot
    }

    func references(of id: RepositoryID) async throws -> [RepositoryReference]? {
        try await catalog.snapshot(of: id).map {
            [RepositoryReference(kind: .branch, name: "main", ref: "refs/heads/main", targetCommit: $0.snapshot.commit)]
        }
    }

    func mayRead(_ id: RepositoryID) async throws -> Bool? { try await catalog.snapshot(of: id) == nil ? nil : true }

    /// Opens the file of a revision, and checks that it is still the one that was hashed.
    func file(_ path: String, of id: RepositoryID, at revision: String, withContent _: Bool) async throws -> FoundFile? {
        // A download requests the files of one commit one by one: then only the requested file is checked, not the
        // whole folder.
        if let known = await catalog.remembered(id), known.snapshot.commit == revision, let found = try? await open(path, in: known) { return found }
        try Task.checkCancellation()
        for _ in 1...3 {
            guard let current = try await current(id, revision) else { return nil }
            do {
                if let found = try await open(path, in: current) { return found }
            } catch Errno.noSuchFileOrDirectory {
                // The file was removed a moment ago: the next listing does not contain it.
            }
        }
        throw MirrorError.changing(path)
    }

    /// - Returns: The file; `nil` when it is not the one that was hashed.
    private func open(_ path: String, in folder: FolderSnapshot) async throws -> FoundFile? {
        guard let file = folder.snapshot[path], let place = folder.places[file.path] else {
            throw MirrorError.entryNotFound(commit: folder.snapshot.commit)
        }
        let open = try await OpenFile.open(place.location)
        return open.stamp == place.stamp ? FoundFile(snapshot: folder.snapshot, file: file, content: .whole(open)) : nil
    }

    private func current(_ id: RepositoryID, _ revision: String) async throws -> FolderSnapshot? {
        guard let current = try await catalog.snapshot(of: id) else { return nil }
        guard current.snapshot.isNamed(by: revision) else { throw MirrorError.revisionNotFound(revision) }
        return current
    }
}
