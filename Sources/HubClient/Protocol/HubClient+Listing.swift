import AsyncHTTPClient
import Foundation
import NIOHTTP1
public import RoostCore

extension HubClient {
    /// Asks which commit a revision means.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - revision: A branch, tag, `refs/pr/N` or commit.
    /// - Returns: The revision, pinned to its commit.
    /// - Throws: `RoostError` with code `invalidRequest` (field `revision`), `offline`, `repositoryNotFound`, `revisionNotFound`, `accessDenied`,
    ///   `rateLimited`, `hubFailure`, `hubProtocolViolation` or `network`; `CancellationError`.
    @concurrent
    public func resolve(_ repository: RepositoryID, revision: String = "main") async throws -> ResolvedRevision {
        _ = try cache.refFile(revision, of: repository)
        if transport.configuration.isOffline { return try cache.knownRevision(revision, of: repository) }
        let answer = try await transport.get(routes.revision(revision, of: repository), isMetadata: true)
        let json = try await body(of: answer, limit: TreeListing.mostBytes)
        guard let info = try? JSONDecoder().decode(ModelInfo.self, from: json), let commit = CommitHash(hex: info.sha) else {
            throw RoostError(
                .hubFailure,
                "\(answer.url.origin) did not answer as a Hub does: no commit for \(repository). Check HF_ENDPOINT and the network; a login page may have answered.",
                context: answer.context)
        }
        var resolved = ResolvedRevision(repository: repository, revision: revision, commit: commit)
        resolved.facts = (try? JSONDecoder().decode(RepositoryFacts.self, from: json)) ?? RepositoryFacts()
        return resolved
    }

    /// Asks whether the token opens the repository's files: a gated one tells its list to everybody.
    ///
    /// - Parameter repository: The repository.
    /// - Returns: Whether it does.
    /// - Throws: `RoostError` as `resolve` does, but for the refusals that are the answer; `CancellationError`.
    @concurrent
    public func mayRead(_ repository: RepositoryID) async throws -> Bool {
        let answer = try await transport.get(routes.accessCheck(repository), isMetadata: true)
        await answer.drain()
        do {
            try answer.requireSuccess()
            return true
        } catch let error as RoostError where [.gatedRepository, .accessDenied, .repositoryNotFound].contains(error.code) {
            return false
        }
    }

    /// Lists all files of a revision, in every folder.
    ///
    /// - Parameter revision: The pinned revision.
    /// - Returns: The files in the Hub's order; every path is safe, no two clash, sizes are 0 to 2^60.
    /// - Throws: `RoostError` as `resolve` does; `hubProtocolViolation` for a hostile list.
    @concurrent
    public func files(in revision: ResolvedRevision) async throws -> [RepositoryFile] {
        if transport.configuration.isOffline { return try cache.knownFiles(in: revision) }
        var listing = TreeListing()
        var next: String? = routes.tree(revision)
        while let address = next {
            let answer = try await transport.get(address, isMetadata: true)
            do {
                try listing.add(page: try await body(of: answer, limit: TreeListing.mostBytes - listing.byteCount))
                next = try nextPage(after: answer)
            } catch let error as RoostError where error.context.isEmpty {
                throw error.adding("request", "GET \(answer.url.withoutQuery)")
            }
        }
        return try listing.checkedFiles()
    }

    /// The next page is asked for with the token, so it must be at the Hub itself.
    private func nextPage(after answer: HubAnswer) throws -> String? {
        guard let link = LinkHeader.next(in: answer.response.headers["Link"]) else { return nil }
        guard let url = RemoteURL(link), url.origin == transport.configuration.endpoint.origin else {
            throw RoostError(
                .hubProtocolViolation,
                "The Hub's file list continues at an address that is not an absolute URL of \(transport.configuration.endpoint.origin). Check HF_ENDPOINT.",
                context: answer.context)
        }
        return url.text
    }

    func body(of answer: HubAnswer, limit: Int) async throws -> Data {
        try answer.requireSuccess()
        try answer.requireIdentityEncoding()
        do {
            guard let body = try await answer.body(limit: limit) else { throw TreeListing.tooLong }
            return body
        } catch {
            throw transport.failure(error, url: answer.url)
        }
    }
}

/// The one field of the Hub's model info that pulling needs.
private struct ModelInfo: Decodable {
    let sha: String
}
