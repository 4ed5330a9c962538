import RoostCore

/// The URLs of the Hub's protocol below one endpoint.
struct HubRoutes: Sendable {
    let endpoint: HubEndpoint

    func revision(_ revision: String, of repository: RepositoryID) -> String {
        "\(endpoint)/api/models/\(repository)/revision/\(revision.percentEncoded())"
    }

    func accessCheck(_ repository: RepositoryID) -> String { "\(endpoint)/api/models/\(repository)/auth-check" }

    func tree(_ revision: ResolvedRevision) -> String {
        "\(endpoint)/api/models/\(revision.repository)/tree/\(revision.commit)?recursive=true&expand=false"
    }

    func content(of path: RepositoryFilePath, in revision: ResolvedRevision) -> String {
        "\(endpoint)/\(revision.repository)/resolve/\(revision.commit)/\(path.description.percentEncoded(keeping: [UInt8(ascii: "/")]))"
    }
}
