import AsyncHTTPClient
import DurableFiles
import Foundation
import NIOCore
import NIOHTTP1
public import RoostCore

extension HubClient {
    /// Returns the commit of a revision.
    ///
    /// - Parameters:
    ///   - repository: The repository.
    ///   - revision: A branch, tag, `refs/pr/N` or commit.
    /// - Returns: The revision, pinned to its commit.
    /// - Throws: `RoostError` with code `invalidRequest` (field `revision`), `offline`, `repositoryNotFound`,
    ///   `revisionNotFound`, `accessDenied`, `rateLimited`, `hubFailure`, `hubProtocolViolation` or `network`;
    ///   `CancellationError`.
    @concurrent
    public func resolve(_ repository: RepositoryID, revision: String = "main") async throws -> ResolvedRevision {
        _ = try cache.refFile(revision, of: repository)
        if transport.configuration.isOffline { return try cache.knownRevision(revision, of: repository) }
        let answer = try await found(repository, at: routes.revision(revision, of: repository))
        let info = try await self.info(in: answer)
        guard let commit = info.flatMap({ CommitHash(hex: $0.sha) }) else {
            throw RoostError(
                .hubFailure,
                "\(answer.url.origin) did not answer like a Hub: no commit for \(repository). Check HF_ENDPOINT and the network; a login page may have answered.",
                context: answer.context)
        }
        var resolved = ResolvedRevision(repository: repository, revision: revision, commit: commit)
        resolved.facts = info?.facts ?? RepositoryFacts()
        return resolved
    }

    /// Returns the answer about a repository. One without an organisation is usually a name of another library, such as Ollama's.
    private func found(_ repository: RepositoryID, at route: String) async throws -> HubAnswer {
        do {
            return try await transport.success(at: route)
        } catch let error as RoostError where error.code == .repositoryNotFound && repository.namespace == nil {
            let name = repository.description
            let sentence =
                "The Hub has no model \(name.quotedForPeople). A model there is called org/name: look for one at https://huggingface.co/models?library=gguf&search=\(name), then `roost pull org/name`."
            throw error.context.reduce(RoostError(.repositoryNotFound, sentence)) { $0.adding($1.name, $1.value) }
        }
    }

    /// Returns whether the token gives access to the repository's files. The list of files is public even for a gated
    /// repository.
    ///
    /// - Parameter repository: The repository.
    /// - Returns: Whether the files are accessible.
    /// - Throws: `RoostError`, like `resolve`, except for errors that mean that access is denied; `CancellationError`.
    @concurrent
    public func mayRead(_ repository: RepositoryID) async throws -> Bool {
        do {
            try await transport.success(at: routes.accessCheck(repository)).drain()
            return true
        } catch let error as RoostError where [.gatedRepository, .accessDenied, .repositoryNotFound].contains(error.code) {
            return false
        }
    }

    /// Lists all files of a revision, in all folders.
    ///
    /// - Parameter revision: The pinned revision.
    /// - Returns: The files that can be stored on this machine, and those that cannot.
    /// - Throws: `RoostError`, like `resolve`; `hubProtocolViolation` for a malicious list.
    @concurrent
    public func listing(of revision: ResolvedRevision) async throws -> HubListing {
        if transport.configuration.isOffline { return HubListing(files: try cache.knownFiles(in: revision)) }
        var listing = TreeListing()
        var next: String? = routes.tree(revision)
        while let address = next {
            let answer = try await transport.success(at: address)
            do {
                try await read(answer, into: &listing)
                next = try nextPage(after: answer)
            } catch let error as RoostError where error.context.isEmpty {
                throw error.adding("request", "GET \(answer.url.withoutQuery)")
            }
        }
        return try await disk.run { [listing, root = cache.root] in try listing.checked { FileSystem.ignoresCase(near: root) } }
    }

    /// Reads a page in pieces, on other threads than those that process requests.
    private func read(_ answer: HubAnswer, into listing: inout TreeListing) async throws {
        var page = try listing.beginPage()
        try await read(answer, limit: TreeListing.mostBytes - listing.byteCount) { piece in
            let (next, entries) = try await disk.run { [page] in
                var page = page
                let entries = try page.read(piece.readableBytesView)
                return (page, entries)
            }
            page = next
            try listing.add(entries)
        }
        try page.finish()
    }

    /// Reads the required members of a model info, which also lists all files.
    ///
    /// - Returns: `nil` if the response is not a model info.
    private func info(in answer: HubAnswer) async throws -> ModelInfo? {
        var members = JSONMembers(ModelInfo.members)
        do {
            try await read(answer, limit: TreeListing.mostBytes) { piece in
                members = try await disk.run { [members] in
                    var members = members
                    try members.take(piece.readableBytesView)
                    return members
                }
            }
        } catch is JSONNesting.Broken {
            return nil
        }
        return try await disk.run { [members] in
            guard let json = try? Data(members.finish()) else { return nil }
            return try? JSONDecoder().decode(ModelInfo.self, from: json)
        }
    }

    /// The URL of the next page. The request contains the token, so the URL must have the Hub's origin.
    private func nextPage(after answer: HubAnswer) throws -> String? {
        guard let link = LinkHeader.next(in: answer.response.headers["Link"]) else { return nil }
        guard let url = RemoteURL(link, relativeTo: answer.url), url.origin == transport.configuration.endpoint.origin else {
            throw RoostError(
                .hubProtocolViolation,
                "The Hub's file list continues at an address that is not one of \(transport.configuration.endpoint.origin). Check HF_ENDPOINT.",
                context: answer.context)
        }
        return url.text
    }

    /// Reads the complete short body of a successful response.
    func body(of answer: HubAnswer, limit: Int) async throws -> Data {
        var data = Data()
        try await read(answer, limit: limit) { data.append(contentsOf: $0.readableBytesView) }
        return data
    }

    /// Reads the body of a successful response in pieces.
    private func read(_ answer: HubAnswer, limit: Int, _ take: (ByteBuffer) async throws -> Void) async throws {
        try answer.requireSuccess()
        try answer.requireIdentityEncoding()
        do {
            guard try await answer.read(limit: limit, take) else { throw TreeListing.tooLong }
        } catch let error as JSONNesting.Broken {
            throw error
        } catch {
            throw transport.failure(error, url: answer.url)
        }
    }
}

/// The required members of the Hub's model info.
private struct ModelInfo: Decodable {
    let sha: String
    let facts: RepositoryFacts

    init(from decoder: any Decoder) throws {
        sha = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .sha)
        facts = (try? RepositoryFacts(from: decoder)) ?? RepositoryFacts()
    }

    /// The members that are read, including those for the facts.
    static let members = ["sha"] + RepositoryFacts.members

    private enum CodingKeys: String, CodingKey { case sha }
}
