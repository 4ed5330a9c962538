import RoostCore

/// The URLs of the Hub's protocol for an endpoint.
struct HubRoutes: Sendable {
    let endpoint: HubEndpoint

    func revision(_ revision: String, of repository: RepositoryID) -> String {
        "\(endpoint)/api/\(repository.kind.rawValue)/\(repository)/revision/\(revision.percentEncoded())"
    }

    func accessCheck(_ repository: RepositoryID) -> String { "\(endpoint)/api/\(repository.kind.rawValue)/\(repository)/auth-check" }

    func references(_ repository: RepositoryID) -> String { "\(endpoint)/api/\(repository.kind.rawValue)/\(repository)/refs?include_prs=1" }

    func tree(_ revision: ResolvedRevision) -> String {
        "\(endpoint)/api/\(revision.repository.kind.rawValue)/\(revision.repository)/tree/\(revision.commit)?recursive=true&expand=false"
    }

    func content(of path: RepositoryFilePath, in revision: ResolvedRevision) -> String {
        "\(endpoint)/\(revision.repository.kind.pathPrefix)\(revision.repository)/resolve/\(revision.commit)/\(path.description.percentEncoded(keeping: [UInt8(ascii: "/")]))"
    }
}
