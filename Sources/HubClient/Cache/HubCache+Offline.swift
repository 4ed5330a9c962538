import Foundation
import RoostCore
import SystemPackage

extension HubCache {
    /// What a revision meant when somebody last asked, for whoever may not ask now.
    ///
    /// - Parameters:
    ///   - name: A branch, tag, `refs/pr/N` or commit.
    ///   - repository: The repository.
    /// - Returns: The revision; its snapshot folder is there.
    /// - Throws: `RoostError` with code `offline` when the cache does not know it; `invalidRequest` for an unsafe name.
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

    /// The files of a snapshot: those of its list if there is one, else those that are there.
    ///
    /// - Parameter revision: The pinned revision.
    /// - Returns: The files, ordered by path.
    /// - Throws: `RoostError` with code `fileSystem`.
    func knownFiles(in revision: ResolvedRevision) throws -> [RepositoryFile] {
        if let list = FileManager.default.contents(atPath: treeFile(revision).string),
            let tree = try? JSONDecoder().decode(KnownTree.self, from: list), tree.formatVersion == 1
        {
            return tree.files.compactMap { $1.file(named: $0) }.sorted { $0.path.description < $1.path.description }
        }
        let folder = snapshot(revision).string
        guard let names = FileManager.default.enumerator(atPath: folder) else { return [] }
        let files = names.compactMap { $0 as? String }.compactMap { name -> RepositoryFile? in
            // The name of the blob that a file links to is its digest.
            guard let path = try? RepositoryFilePath(parsing: name), let size = FileSystem.size(of: FilePath(folder).pushing(FilePath(name))),
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + name),
                let digest = ContentDigest(hex: FilePath(target).lastComponent?.string ?? "")
            else { return nil }
            return RepositoryFile(path: path, size: size, digest: digest)
        }
        return files.sorted { $0.path.description < $1.path.description }
    }
}

/// `trees/<commit>.json` as `huggingface_hub` and Roost write it.
private struct KnownTree: Decodable {
    struct Entry: Decodable {
        let size: Int64
        let blob_id: String
        let lfs_sha256: String?

        func file(named name: String) -> RepositoryFile? {
            guard let path = try? RepositoryFilePath(parsing: name), (0...1 << 60).contains(size),
                let digest = ContentDigest(hex: lfs_sha256 ?? blob_id)
            else { return nil }
            return RepositoryFile(path: path, size: size, digest: digest)
        }
    }

    let formatVersion: Int
    let files: [String: Entry]

    enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case files
    }
}
