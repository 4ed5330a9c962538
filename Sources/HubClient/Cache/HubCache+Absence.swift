import DurableFiles
import RoostCore
import SystemPackage

extension HubCache {
    /// Records that the Hub does not have a file at a commit, like `huggingface_hub`: `.no_exist/<commit>/<path>`, an
    /// empty file. Readers of the cache then need no request. If a listing contains the file nevertheless, it is
    /// requested again, because the Hub contradicts itself.
    ///
    /// - Throws: `RoostError` with code `fileSystem` or `insufficientSpace`.
    func noteAbsence(of path: RepositoryFilePath, in revision: ResolvedRevision) throws {
        let note = absenceNote(of: path, in: revision)
        guard FileSystem.size(of: note) == nil else { return }
        try FileSystem.makeFolder(note.removingLastComponent())
        try FileSystem.write([], to: note, temporaryIn: repositoryFolder(revision.repository))
    }

    /// Whether the cache records that the Hub does not have a file at a commit.
    func isNotedAbsent(_ path: RepositoryFilePath, in revision: ResolvedRevision) -> Bool {
        FileSystem.size(of: absenceNote(of: path, in: revision)) != nil
    }

    /// Removes the record when the file exists after all: `huggingface_hub` checks the record before it looks for the
    /// file.
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
