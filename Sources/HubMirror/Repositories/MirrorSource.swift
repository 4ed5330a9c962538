import HubClient
import RoostCore

/// A source of a mirror's repositories.
///
/// Every method returns `nil` when there is no such repository, so that another source can be asked. Every other
/// failure is a `MirrorError`, or an error of the disk or the network.
protocol MirrorSource: Sendable {
    /// Returns a repository at a revision: a branch, a tag, `refs/pr/N`, a commit, or seven or more digits of one.
    func snapshot(of id: RepositoryID, at revision: String) async throws -> MirrorSnapshot?

    /// Returns a file at a revision, with its content if requested.
    func file(_ path: String, of id: RepositoryID, at revision: String, withContent: Bool) async throws -> FoundFile?

    /// Returns the branches and tags of a repository.
    func references(of id: RepositoryID) async throws -> [RepositoryReference]?

    /// Returns whether the mirror's own access includes the files: everyone can read the list of a gated repository.
    func mayRead(_ id: RepositoryID) async throws -> Bool?
}

/// A file that a source has or can fetch.
struct FoundFile: Sendable {
    let snapshot: MirrorSnapshot
    let file: MirrorFile
    /// The content; `nil` when only the metadata was requested, or for an empty file.
    var content: Content?
    /// Whether bytes that were sent earlier may have been wrong. A client that requests the rest of the file then gets
    /// the whole file.
    var mustRestart = false

    enum Content: Sendable {
        /// The whole file, verified.
        case whole(OpenFile)
        /// A file that is being fetched.
        case arriving(MirrorArrival)
    }
}

/// Several sources; the first one that has a repository answers.
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
