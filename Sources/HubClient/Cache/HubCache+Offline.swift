import Foundation
import RoostCore
import SystemPackage

extension HubCache {
    /// Returns the last known commit of a revision, without asking the Hub.
    ///
    /// - Parameters:
    ///   - name: A branch, tag, `refs/pr/N` or commit.
    ///   - repository: The repository.
    /// - Returns: The revision; its snapshot folder exists.
    /// - Throws: `RoostError` with code `offline` if the cache does not contain it; `invalidRequest` for an unsafe
    ///   name.
    func knownRevision(_ name: String, of repository: RepositoryID) throws -> ResolvedRevision {
        let ref = try refFile(name, of: repository)
        let noted = FileManager.default.contents(atPath: ref.string).map { String(decoding: $0, as: UTF8.self) } ?? name
        let commit = CommitHash(hex: noted.trimmingCharacters(in: .whitespacesAndNewlines))
        let revision = commit.map { ResolvedRevision(repository: repository, revision: name, commit: $0) }
        guard let revision, FileManager.default.fileExists(atPath: snapshot(revision).string) else {
            throw RoostError(
                .offline,
                "HF_HUB_OFFLINE is set and \(repository) at \(name.quotedForPeople) is not in the cache. Unset it to pull from the Hub.")
        }
        return revision
    }

    /// Returns the files of a snapshot: those of its file list if there is one, otherwise those in the folder.
    ///
    /// - Parameter revision: The pinned revision.
    /// - Returns: The files, ordered by path.
    /// - Throws: `RoostError` with code `fileSystem`.
    func knownFiles(in revision: ResolvedRevision) throws -> [RepositoryFile] {
        let files =
            try TreeFile.files(at: treeFile(revision))
            ?? repository(revision.repository).entries(of: revision.commit).compactMap { entry in
                // The name of a file's blob is the file's digest.
                guard let size = entry.size, let digest = entry.namedDigest else { return nil }
                return RepositoryFile(path: entry.path, size: size, digest: digest)
            }
        return files.sorted { $0.path.description < $1.path.description }
    }
}
