import Foundation
public import RoostCore
public import SystemPackage

extension HubCache {
    /// Everything the cache holds of a model.
    ///
    /// - Parameters:
    ///   - selector: Which.
    ///   - receipts: What Roost noted.
    ///   - models: The models in it that an engine can load.
    /// - Returns: The detail.
    /// - Throws: `RoostError` with code `modelNotFound` or `fileSystem`.
    public func detail(of selector: ModelSelector, receipts: ReceiptFolder, models: [ModelView]) throws -> ModelDetail {
        let repository = repository(selector.repository)
        var sizes: [SnapshotEntry.Identity: Int64] = [:]
        let refs = try repository.refs()
        let revisions = try repository.commits(of: selector).compactMap { commit -> ModelDetail.Revision? in
            let receipt = receipts.receipt(of: repository.id, commit: commit)
            let items = try repository.items(of: commit, quantization: selector.quantization, receipt: receipt)
            for item in items { if let identity = item.identity, let size = item.size { sizes[identity] = size } }
            let names = refs.filter { $0.value == commit }.map(\.key).sorted()
            return ModelDetail.Revision(
                commit: commit.description, refs: names, localPath: repository.snapshot(commit).string,
                files: items.map { .init(path: $0.path.description, size: $0.size, digest: $0.expectedDigest?.description) }, receipt: receipt)
        }
        let partials = try partials(of: repository)
        guard !revisions.isEmpty || !partials.isEmpty, selector.quantization == nil || !models.isEmpty else { throw RoostError.notHere(selector) }
        return ModelDetail(
            model: selector.description, sizeBytes: sizes.values.reduce(0, +), path: repository.folder.string, models: models,
            revisions: revisions.sorted { ($0.refs.isEmpty ? 1 : 0, $0.commit) < ($1.refs.isEmpty ? 1 : 0, $1.commit) }, partials: partials)
    }

    /// The snapshot folders that a selector names.
    ///
    /// - Parameter selector: Which repository, and perhaps which revision.
    /// - Returns: Their paths; none for a model that is not here.
    /// - Throws: `RoostError` with code `fileSystem`.
    public func snapshots(of selector: ModelSelector) throws -> [FilePath] {
        let repository = repository(selector.repository)
        return try repository.commits(of: selector).map(repository.snapshot)
    }

    /// What unfinished downloads have left in the cache.
    ///
    /// - Throws: `RoostError` with code `fileSystem`.
    public func partials() throws -> [PartialDownload] { try repositories().flatMap(partials) }

    private func partials(of repository: CachedRepository) throws -> [PartialDownload] {
        try repository.partials().map { partial in
            PartialDownload(
                model: repository.id.description, path: partial.path.string, bytes: partial.bytes, writer: partial.writer,
                modifiedAt: Timestamp(partial.modified), isInUse: try isLocked(blob: partial.blobName, of: repository.id))
        }
    }
}
