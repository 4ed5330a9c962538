import RoostCore
import SystemPackage

extension HubCache {
    /// Notes that the Hub has no such file at a commit, as `huggingface_hub` does: `.no_exist/<commit>/<path>`, an empty file. Its readers then
    /// know without asking. A listing that names the file all the same is asked for it again, since the Hub contradicts itself there.
    ///
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    func noteAbsence(of path: RepositoryFilePath, in revision: ResolvedRevision) throws {
        let note = absenceNote(of: path, in: revision)
        guard FileSystem.size(of: note) == nil else { return }
        try FileSystem.makeFolder(note.removingLastComponent())
        try FileSystem.write([], to: note, temporaryIn: repositoryFolder(revision.repository))
    }

    /// Whether somebody has noted that the Hub has no such file at a commit.
    func isNotedAbsent(_ path: RepositoryFilePath, in revision: ResolvedRevision) -> Bool {
        FileSystem.size(of: absenceNote(of: path, in: revision)) != nil
    }

    /// Takes the note back when the file is here after all: `huggingface_hub` believes the note before it looks for the file.
    ///
    /// - Throws: `RoostError` with code `fileSystem`.
    func forgetAbsence(of path: RepositoryFilePath, in revision: ResolvedRevision) throws {
        guard isNotedAbsent(path, in: revision) else { return }
        try FileSystem.remove(absenceNote(of: path, in: revision))
    }

    private func absenceNote(of path: RepositoryFilePath, in revision: ResolvedRevision) -> FilePath {
        repositoryFolder(revision.repository).appending(".no_exist").appending(revision.commit.description).pushing(FilePath(path.description))
    }
}
