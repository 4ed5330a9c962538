package import HubClient
package import RoostCore

extension HubCache {
    /// Returns the commit of a model in the cache, without asking the Hub.
    ///
    /// - Parameter selector: The repository; without a revision, `main` or the only commit in the cache.
    /// - Returns: The commit.
    /// - Throws: `RoostError` with code `modelNotFound` that explains how to pull it; `fileSystem`.
    package func heldRevision(_ selector: ModelSelector) throws -> ResolvedRevision {
        let repository = repository(selector.repository)
        let name = selector.revision ?? "main"
        var commits = try repository.commits(named: name)
        if commits.isEmpty, selector.revision == nil { commits = try repository.commits() }
        guard let commit = commits.first else {
            let name = ModelSelector(repository: selector.repository, revision: selector.revision)
            throw RoostError(.modelNotFound, "\(name) is not in the Hub cache \(root). \(Self.pull(selector))", field: "model")
        }
        guard commits.count == 1 else {
            throw RoostError(
                .invalidRequest,
                "\(name.quotedForPeople) matches \(commits.count) commits of \(selector.repository) in the cache; give a complete commit.",
                field: "revision")
        }
        return ResolvedRevision(repository: selector.repository, revision: name, commit: commit)
    }

    /// Returns the files of a commit that are in the cache and whose digest is known.
    ///
    /// - Parameters:
    ///   - revision: The commit.
    ///   - receipts: Roost's receipts of its pulls.
    /// - Returns: The files, ordered by path. Their bytes are not checked.
    /// - Throws: `RoostError` with code `modelNotFound` if files of the commit are missing; `fileSystem`.
    package func heldFiles(in revision: ResolvedRevision, receipts: ReceiptFolder) throws -> [RepositoryFile] {
        let repository = repository(revision.repository)
        let items = try repository.items(
            of: revision.commit, variant: nil, receipt: receipts.receipt(of: revision.repository, commit: revision.commit))
        if let missing = items.first(where: { $0.size == nil || $0.size != $0.expectedSize ?? $0.size }) {
            throw incomplete(revision, "\(missing.path.description.quotedForPeople) is missing or cut short")
        }
        return items.compactMap { item in
            guard let size = item.size, let digest = item.expectedDigest else { return nil }
            return RepositoryFile(path: item.path, size: size, digest: digest)
        }
    }

    /// The error for a repository that is not complete in the cache.
    ///
    /// - Parameters:
    ///   - revision: The commit.
    ///   - what: A description of the missing part.
    /// - Returns: The error.
    package func incomplete(_ revision: ResolvedRevision, _ what: String) -> RoostError {
        let advice = Self.pull(ModelSelector(repository: revision.repository))
        return RoostError(.modelNotFound, "\(revision.repository) is not whole in the Hub cache: \(what). \(advice)", field: "model")
    }

    private static func pull(_ selector: ModelSelector) -> String {
        "Fetch it with `roost pull \(selector.repository)\(selector.revision.map { " --revision \($0)" } ?? "")`."
    }
}
