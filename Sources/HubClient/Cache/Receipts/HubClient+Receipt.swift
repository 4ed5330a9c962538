public import RoostCore

extension HubClient {
    /// What a pull that has just ended put on this machine.
    ///
    /// - Parameters:
    ///   - files: The files, all of them verified.
    ///   - revision: The pinned revision.
    ///   - startedAt: When the pull began.
    ///   - pulledAt: When it ended.
    /// - Returns: The receipt. The licence is the one that the Hub has named, else the one of the model card among the files.
    public func receipt(of files: [RepositoryFile], in revision: ResolvedRevision, startedAt: Timestamp, pulledAt: Timestamp) -> ModelReceipt {
        let card = files.first { $0.path.description.lowercased() == "readme.md" }
        return ModelReceipt(
            repository: revision.repository, commit: revision.commit, revision: revision.revision,
            license: revision.facts.license ?? card.flatMap { ModelLicense.name(inCard: cache.snapshotPath(of: $0, in: revision)) },
            startedAt: startedAt, pulledAt: pulledAt,
            files: files.map { .init(path: $0.path.description, size: $0.size, digest: $0.digest.description) })
    }
}
