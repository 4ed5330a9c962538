import HubClient
import RoostCore

/// Where a mirror's repositories come from.
///
/// Every question is answered with `nil` when there is no such repository, so that another source can be asked; every other failure is a
/// `MirrorError`, or what a disk or a network failed with.
protocol MirrorSource: Sendable {
    /// A repository at a revision: a branch, a tag, `refs/pr/N`, a commit, or seven or more digits of one.
    func snapshot(of id: RepositoryID, at revision: String) async throws -> MirrorSnapshot?

    /// A file at a revision; with its content if that is wanted.
    func file(_ path: String, of id: RepositoryID, at revision: String, withContent: Bool) async throws -> FoundFile?

    /// The names of revisions.
    func references(of id: RepositoryID) async throws -> [RepositoryReference]?

    /// Whether this mirror's own access opens the files: a gated repository tells its list to everybody.
    func mayRead(_ id: RepositoryID) async throws -> Bool?
}

/// A file that a source has or can get.
struct FoundFile: Sendable {
    let snapshot: MirrorSnapshot
    let file: MirrorFile
    /// `nil` when only the names were wanted, or for an empty file.
    var content: Content?
    /// Whether bytes that went out earlier under this name may have been wrong. Whoever asks for the rest then gets everything.
    var mustRestart = false

    enum Content: Sendable {
        /// The whole file, verified.
        case whole(OpenFile)
        /// A file on its way.
        case arriving(MirrorArrival)
    }
}

/// Several sources, of which the first that knows a repository answers.
struct MirrorSources: MirrorSource {
    let sources: [any MirrorSource]

    func snapshot(of id: RepositoryID, at revision: String) async throws -> MirrorSnapshot? {
        try await first { try await $0.snapshot(of: id, at: revision) }
    }

    func file(_ path: String, of id: RepositoryID, at revision: String, withContent: Bool) async throws -> FoundFile? {
        try await first { try await $0.file(path, of: id, at: revision, withContent: withContent) }
    }

    func references(of id: RepositoryID) async throws -> [RepositoryReference]? { try await first { try await $0.references(of: id) } }

    func mayRead(_ id: RepositoryID) async throws -> Bool? { try await first { try await $0.mayRead(id) } }

    private func first<Answer>(_ ask: (any MirrorSource) async throws -> Answer?) async throws -> Answer? {
        for source in sources {
            if let answer = try await ask(source) { return answer }
        }
        return nil
    }
}
