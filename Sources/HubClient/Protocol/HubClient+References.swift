import Foundation
public import RoostCore

extension HubClient {
    /// Returns the branches, tags and pull requests of a repository.
    ///
    /// - Parameter repository: The repository.
    /// - Returns: The references, in the Hub's order, without names that are not safe as a path.
    /// - Throws: `RoostError`, like `resolve`.
    @concurrent
    public func references(of repository: RepositoryID) async throws -> [RepositoryReference] {
        let answer = try await transport.success(at: routes.references(repository))
        let json = try await body(of: answer, limit: Self.mostReferenceBytes)
        let lists = try await disk.run { try? JSONDecoder().decode([String: [Entry]].self, from: json) }
        guard let lists else {
            throw RoostError(
                .hubFailure, "\(answer.url.origin) did not answer like a Hub: no list of branches of \(repository). Check HF_ENDPOINT.",
                context: answer.context)
        }
        return RepositoryReference.Kind.allCases.flatMap { kind in
            (lists[kind.rawValue] ?? []).compactMap { entry in
                guard CommitHash(hex: entry.targetCommit) != nil, (try? RepositoryFilePath(parsing: entry.name)) != nil else { return nil }
                return RepositoryReference(kind: kind, name: entry.name, ref: entry.ref, targetCommit: entry.targetCommit)
            }
        }
    }

    /// The maximum size of the response: enough for tens of thousands of names.
    private static let mostReferenceBytes = 4 << 20

    private struct Entry: Decodable {
        let name: String
        let ref: String
        let targetCommit: String
    }
}
