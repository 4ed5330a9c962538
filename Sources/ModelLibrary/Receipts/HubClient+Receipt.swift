package import HubClient
package import RoostAPI
package import RoostCore

extension HubClient {
    /// Returns the receipt of a pull that has just finished.
    ///
    /// - Parameters:
    ///   - files: The verified files.
    ///   - revision: The pinned revision.
    ///   - startedAt: The start of the pull.
    ///   - pulledAt: The end of the pull.
    /// - Returns: The receipt. Its license is the one from the Hub, or otherwise from the model card among the files.
    package func receipt(of files: [RepositoryFile], in revision: ResolvedRevision, startedAt: Timestamp, pulledAt: Timestamp) -> ModelReceipt {
        let card = files.first { $0.path.description.lowercased() == "readme.md" }
        return ModelReceipt(
            repository: revision.repository, commit: revision.commit, revision: revision.revision,
            license: revision.facts.license ?? card.flatMap { ModelLicense.name(inCard: cache.snapshotPath(of: $0, in: revision)) },
            startedAt: startedAt, pulledAt: pulledAt,
            files: files.map { .init(path: $0.path.description, size: $0.size, digest: $0.digest.description) })
    }
}
