import RoostCore
import SystemPackage

extension HubCache {
    /// Notes that the Hub has no such file at a commit, as `huggingface_hub` does: `.no_exist/<commit>/<path>`, an empty file. Its readers then
    /// know without asking. A listing that names the file all the same is asked for it again, since the Hub contradicts itself there.
    ///
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    func noteAbsence(of path: RepositoryFilePath, in revision: ResolvedRevision) throws {
        let folder = repositoryFolder(revision.repository)
        let note = folder.appending(".no_exist").appending(revision.commit.description).pushing(FilePath(path.description))
        guard FileSystem.size(of: note) == nil else { return }
        try FileSystem.makeFolder(note.removingLastComponent())
        try FileSystem.write([], to: note, temporaryIn: folder)
    }
}
